import { describe, expect, it } from '@jest/globals';
import { planFaultInjections } from '../../../src/simulate/faults/fault-injections.ts';

const HOUR_MS = 3_600_000;
const seeds = Array.from({ length: 50 }, (_, index) => index + 1);

describe('planFaultInjections', () => {
  it('lets the last jump of clocks be felt out before the world is left alone', () => {
    const atMs = seeds.flatMap((seed) =>
      planFaultInjections(seed, ['clock'], 24 * HOUR_MS).map((one) => one.atMs),
    );
    expect(Math.max(...atMs)).toBeLessThan(22 * HOUR_MS);
    expect(atMs.length).toBeGreaterThan(seeds.length);
  });

  it('plans the same for a shorter run, as far as that goes', () => {
    const kinds = ['crash', 'ec2'];
    const whole = planFaultInjections(7, kinds, 24 * HOUR_MS);
    const half = planFaultInjections(7, kinds, 12 * HOUR_MS);
    expect(half.length).toBeGreaterThan(0);
    expect(whole.slice(0, half.length)).toEqual(half);
  });
});
