import { describe, expect, it } from '@jest/globals';
import { CombinedResults } from '../../../src/simulate/run/combined-results.ts';
import type { SimulationResult } from '../../../src/simulate/run/run-simulation.ts';
import { statsOf } from '../../../src/simulate/run/simulation-stats.ts';

function resultOf(seed: number): SimulationResult {
  return {
    violations: [{ seed, invariant: 4, atMs: 10 * seed, fact: 'odd', story: 'two machines' }],
    stats: statsOf({
      launches: seed,
      terminations: 2,
      interruptions: 0,
      crashes: 1,
      nodeHours: 1.5,
      shortMinutes: 3,
      listUsd: 0.25,
      diskUsd: 0.125,
      surplusUsd: 0.5,
      launchesUndone: 1,
      evictions: 5,
      // The first world has four workers for three times as long as the second.
      spreadableHours: seed === 1 ? 3 : 1,
      skewedHours: 1,
      neededNodeHours: seed,
    }),
    digest: `sha256:${seed}`,
  };
}

function combined(...seeds: readonly number[]): CombinedResults {
  const results = new CombinedResults();
  for (const seed of seeds) results.add(resultOf(seed));
  return results;
}

describe('CombinedResults', () => {
  it('adds the figures up and keeps every violation in the order of the seeds', () => {
    const { count, whole } = combined(1, 2);
    expect(count).toBe(2);
    expect(whole.violations.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(whole.stats).toMatchObject({
      launches: 3,
      terminations: 4,
      interruptions: 0,
      crashes: 2,
      nodeHours: 3,
      shortMinutes: 6,
      listUsd: 0.5,
      diskUsd: 0.25,
      surplusUsd: 1,
      realUsd: 1.75,
      launchesUndone: 2,
      evictions: 10,
    });
  });

  it('takes shares over the time of all seeds together, not as a mean of means', () => {
    const { stats } = combined(1, 2).whole;
    expect(stats.zoneSkewPercent).toBe(50);
    expect(stats.overProvisioning).toBe(1);
  });

  it('digests the digests in their order, and may go on afterwards', () => {
    const results = combined(1, 2);
    expect(results.whole.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(results.whole.digest).not.toBe(combined(2, 1).whole.digest);
    results.add(resultOf(3));
    expect(results.whole.digest).toBe(combined(1, 2, 3).whole.digest);
  });
});
