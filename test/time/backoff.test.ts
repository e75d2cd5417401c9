import { describe, expect, it } from '@jest/globals';
import { backoffMs, jitteredBackoffMs } from '../../src/time/backoff.ts';

const BACKOFF = { firstMs: 1_000, maxMs: 30_000 };

describe('backoffMs', () => {
  it('doubles the first pause with each further failure, up to the longest', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((failures) => backoffMs(failures, BACKOFF))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('begins with the first pause when nothing has failed yet', () => {
    expect(backoffMs(0, BACKOFF)).toBe(1_000);
  });

  it('is the longest pause after any number of failures', () => {
    expect(backoffMs(5_000, BACKOFF)).toBe(30_000);
  });
});

describe('jitteredBackoffMs', () => {
  it('lies between the pause and twice the pause', () => {
    expect(jitteredBackoffMs(2, BACKOFF, () => 0)).toBe(2_000);
    expect(jitteredBackoffMs(2, BACKOFF, () => 0.5)).toBe(3_000);
  });

  it('is never above the longest pause', () => {
    expect(jitteredBackoffMs(6, BACKOFF, () => 0.9)).toBe(30_000);
  });
});
