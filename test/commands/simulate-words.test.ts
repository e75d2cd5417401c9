import { describe, expect, it } from '@jest/globals';
import { progressStep, simulationText } from '../../src/commands/simulate-words.ts';
import { statsOf } from '../../src/simulate/run/simulation-stats.ts';

const stats = statsOf({
  launches: 9,
  terminations: 8,
  interruptions: 7,
  crashes: 6,
  nodeHours: 5.25,
  shortMinutes: 3,
  listUsd: 4,
  diskUsd: 0.5,
  surplusUsd: 1.25,
  launchesUndone: 2,
  evictions: 11,
  spreadableHours: 8,
  skewedHours: 1,
  neededNodeHours: 5,
});

describe('simulationText', () => {
  it('lists the sums, and tells the story of each violation below', () => {
    const violation = { seed: 7, invariant: 4, atMs: 12, fact: 'a fact', story: 'a story' };
    const worlds = { seeds: { first: 1, last: 9 }, hours: 24, faults: 'all' };
    const text = simulationText(worlds, { seeds: 9, violations: [violation], stats, digest: 'sha256:1' });
    expect(text).toBe(`worlds             seeds 1 to 9, 24 h each, faults: all
violations         1
launches           9
terminations       8
interruptions      7
crashes            6
node hours         5.3
bill               5.75 USD: instances 4.00, disks 0.50, surplus CPU credits 1.25
short of capacity  3 min
launches undone    2 within 30 min
zones uneven       12.5 % of the time with 4 or more workers
over-provisioning  1.05 of what the requests need
evictions          11
digest             sha256:1

seed 7, 12 ms: invariant 4
a story
`);
  });
});

describe('progressStep', () => {
  it('counts worlds and violations, and says when stories are shortened', () => {
    expect(progressStep({ step: 'worlds', done: 1, of: 4, violations: 0 })).toEqual({
      text: 'simulated 1 of 4 worlds',
      share: 0.25,
    });
    expect(progressStep({ step: 'worlds', done: 1, of: 1, violations: 2 }).text).toBe(
      'simulated 1 of 1 world, 2 violations',
    );
    expect(progressStep({ step: 'stories' })).toEqual({ text: 'shortening the stories of violations' });
  });
});
