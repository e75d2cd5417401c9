import { describe, expect, it } from '@jest/globals';
import { nearMiss } from '../../src/policy/near-miss.ts';

const keys = ['min', 'max', 'minPerZone', 'upWindowSeconds', 'downWindowSeconds'];

describe('nearMiss', () => {
  it.each([
    ['maxx', 'max'],
    ['MAX', 'max'],
    ['up_window_seconds', 'upWindowSeconds'],
    ['downWindow', 'downWindowSeconds'],
    ['upWindwoSeconds', 'upWindowSeconds'],
    ['minPerZones', 'minPerZone'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearMiss(written, keys)).toBe(meant);
  });

  it.each(['', 'colour', 'x'.repeat(100_000)])('finds nothing near %.10s', (written) => {
    expect(nearMiss(written, keys)).toBeUndefined();
  });
});
