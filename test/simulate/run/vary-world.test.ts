import { describe, expect, it } from '@jest/globals';
import { variationOf } from '../../../src/simulate/run/vary-world.ts';
import { HOUR_MS, nasaTrace, steadyTrace } from '../../builders/simulated-world.ts';

describe('variationOf', () => {
  it('gives each seed its own day and peak, the same every time', () => {
    const trace = nasaTrace();
    const variations = Array.from({ length: 50 }, (_, seed) => variationOf(seed, trace));
    expect(variationOf(7, trace)).toEqual(variations[7]);
    expect(new Set(variations.map((v) => v.traceOffsetMs / (24 * HOUR_MS)))).toEqual(
      new Set([0, 1, 2, 3, 4, 5, 6]),
    );
    expect(variations.every((v) => v.peakNodes >= 4 && v.peakNodes <= 10)).toBe(true);
  });

  it('begins at the start of a trace that is shorter than two days', () => {
    expect(variationOf(3, steadyTrace()).traceOffsetMs).toBe(0);
  });
});
