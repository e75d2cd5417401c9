import { describe, expect, it } from '@jest/globals';
import { progressStep, simulationText } from '../../src/commands/simulate-words.ts';

const stats = {
  launches: 9,
  terminations: 8,
  interruptions: 7,
  crashes: 6,
  nodeHours: 5.25,
  costUsd: 4,
  shortMinutes: 3,
};

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
cost               4.00 USD
short of capacity  3 min
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
