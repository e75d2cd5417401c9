import { describe, expect, it } from '@jest/globals';
import { combinedStats, statsOf } from '../../../src/simulate/run/simulation-stats.ts';
import { aNode } from '../../builders/fleet.ts';
import { aPod } from '../../builders/pod.ts';
import { clairvoyant, neededWorkers } from './clairvoyant.ts';
import { daysResults, daysTable } from './days-figures.ts';
import { daysSources, sourceName } from './days-source.ts';
import { targetTracking } from './target-tracking.ts';

const STATS = statsOf({ ...combinedStats([]), launches: 4, nodeHours: 48, listUsd: 1, shortMinutes: 3 });
const MINUTE_MS = 60_000;

describe('the bench of days', () => {
  it('compares the shipped traces and eight stories, or those that are named alone', () => {
    expect(daysSources({ traces: [], stories: [], days: 7 }).map(({ kind }) => kind)).toEqual([
      ...Array(3).fill('trace'),
      ...Array(8).fill('story'),
    ]);
    const [only, ...rest] = daysSources({ traces: [], stories: ['/x/my day.yaml'], days: 7 });
    expect(rest).toEqual([]);
    expect(only && sourceName(only)).toBe('my-day');
  });

  it('tells each figure beside that of the peer, and shows a row for each fleet', () => {
    const peer = { name: 'always', stats: { ...STATS, nodeHours: 120, launches: 0 } };
    const results = daysResults('days/surge/ours', STATS, peer);
    expect(results[0]).toEqual({
      name: 'days/surge/ours/node-hours',
      value: 48,
      unit: 'h',
      ratioTo: 'always',
      ratio: 0.4,
    });
    expect(results.find(({ name }) => name.endsWith('launches'))).not.toHaveProperty('ratio');
    expect(Object.keys(daysTable(results))).toEqual(['surge ours']);
    const namesOf = (fleet: string) => daysResults(`days/surge/${fleet}`, STATS).map(({ name }) => name);
    expect(namesOf('ours')).toContain('days/surge/ours/undone');
    expect(namesOf('clairvoyant')).not.toContain('days/surge/clairvoyant/undone');
  });
});

describe('neededWorkers', () => {
  it('counts workers by the requests of pods that are no agents', () => {
    const requests = { cpuMillis: 1_000, memoryMiB: 100, pods: 1 };
    const pods = ['a', 'b', 'c'].map((name) => aPod({ name, requests }));
    const node = aNode({ allocatable: { cpuMillis: 2_100, memoryMiB: 2_000, pods: 11 } });
    expect(neededWorkers({ nodes: [node], pods, budgets: [], daemons: [] })).toBe(2);
  });
});

describe('clairvoyant', () => {
  it('buys a boot ahead of the need and keeps what is needed again soon', () => {
    const need = [...Array(10).fill(2), ...Array(10).fill(6), ...Array(60).fill(3)] as number[];
    const { wanted } = clairvoyant(need, { min: 2, max: 5 });
    const at = (minute: number) =>
      wanted({ nowMs: minute * MINUTE_MS, workers: 9, cpuPercent: 50, waitingPods: 0 });
    expect(at(0)).toEqual({ least: 2, most: 5 });
    expect(at(8)).toEqual({ least: 5, most: 5 });
    expect(at(25)).toEqual({ least: 3, most: 3 });
  });
});

describe('targetTracking', () => {
  it('grows after three minutes above the target and shrinks after fifteen well below it', () => {
    const { wanted } = targetTracking(50, { min: 2, max: 10 });
    const sizes = (cpuPercent: number, from: number, to: number) =>
      Array.from(
        { length: to - from },
        (_, i) => wanted({ nowMs: (from + i) * MINUTE_MS, workers: 0, cpuPercent, waitingPods: 0 }).least,
      );
    expect(sizes(100, 0, 5)).toEqual([2, 2, 2, 4, 4]);
    expect(new Set(sizes(20, 5, 20))).toEqual(new Set([4]));
    expect(sizes(20, 20, 21)).toEqual([2]);
  });
});
