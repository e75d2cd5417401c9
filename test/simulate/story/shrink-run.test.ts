import { beforeAll, describe, expect, it } from '@jest/globals';
import { FAULT_KINDS } from '../../../src/simulate/faults/fault-kinds.ts';
import { strikeName } from '../../../src/simulate/faults/strikes.ts';
import {
  plannedStrikes,
  runSimulation,
  runStrikes,
  type SimulationOptions,
} from '../../../src/simulate/run/run-simulation.ts';
import { type ShortRun, shrinkRun } from '../../../src/simulate/story/shrink-run.ts';
import { tellStory } from '../../../src/simulate/story/tell-story.ts';
import { carelessDay } from '../../builders/careless-controller.ts';

const DAY = carelessDay(FAULT_KINDS.map(({ name }) => name));
const REPLAY = { whole: 'replay-whole', short: ({ hours }: Pick<ShortRun, 'hours'>) => `replay-${hours}` };

async function shortened(options: SimulationOptions, mostWorlds?: number) {
  const { violations } = await runSimulation(options);
  const violation = violations.find(({ invariant }) => invariant === 9);
  if (violation === undefined) throw new Error('the careless controller was not caught');
  const run = await shrinkRun(options, violation, mostWorlds);
  if (run === undefined) throw new Error('the run was not reproducible');
  return { violation, run, story: tellStory(violation, run, REPLAY) };
}

let found: Awaited<ReturnType<typeof shortened>>;

beforeAll(async () => {
  found = await shortened(DAY);
});

function strikesIn(story: string): readonly string[] {
  return [...story.matchAll(/^ {2}\d\d:\d\d:\d\d ([a-z0-9]+-\d+): /gm)].map((match) => match[1] ?? '');
}

describe('shrinkRun', () => {
  it('tells of the two strikes that a careless controller trips over, and of no other', async () => {
    const { run, story } = found;
    expect(run.planned).toBe(plannedStrikes(DAY).length);
    expect(run.planned).toBeGreaterThan(80);
    expect(run.strikes.map(({ kind }) => kind.name).toSorted()).toEqual(['clock', 'queue']);
    expect(strikesIn(story)).toEqual(run.strikes.map(strikeName));
    expect(run.isShortest).toBe(true);
    for (const strike of run.strikes) {
      const others = run.strikes.filter((other) => other !== strike);
      const { violations } = await runStrikes({ ...DAY, hours: run.hours }, others);
      expect(violations.filter(({ invariant }) => invariant === 9)).toEqual([]);
    }
  });

  it('finds a world that breaks the same invariant when it is run as its strikes and hours say', async () => {
    const { run } = found;
    const alone = { ...DAY, hours: run.hours, onlyStrikes: run.strikes.map(strikeName) };
    expect(plannedStrikes(alone)).toEqual(run.strikes);
    expect((await runSimulation(alone)).violations).toContainEqual(run.violation);
    expect(run.hours).toBeLessThan(DAY.hours);
  });

  it('plans each strike of the short world in a world of its length', async () => {
    for (const seed of [1, 2]) {
      const options = { ...DAY, seed, faults: ['queue', 'clock'] };
      const { violations } = await runSimulation(options);
      const violation = violations.find(({ invariant }) => invariant === 9);
      if (violation === undefined) continue;
      const run = await shrinkRun(options, violation);
      const alone = { ...options, hours: run?.hours ?? 0, onlyStrikes: run?.strikes.map(strikeName) ?? [] };
      expect(plannedStrikes(alone)).toEqual(run?.strikes);
    }
  });

  it('finds the same story again', async () => {
    expect((await shortened(DAY)).story).toBe(found.story);
  });

  it('says when the search ended before its end', async () => {
    const { run, story } = await shortened(DAY, 4);
    expect(run).toMatchObject({ isShortest: false, worlds: 4 });
    expect(story).toContain('the search ended after 4 worlds, fewer may do');
  });

  it('needs no strike for what goes wrong in a quiet world', async () => {
    const eager: SimulationOptions['controller'] = ({ cloud, clock }) => {
      const signal = new AbortController().signal;
      const offerings = ['t3.small/ap-southeast-1a/on-demand'] as const;
      const request = { clientToken: 'eager', operationId: 'eager', offerings, tags: {} };
      const done = clock.sleep(90_000, signal).then(() => cloud.launch(request, signal));
      return { stop: () => done.then(() => undefined) };
    };
    const { run, story } = await shortened({ ...DAY, controller: eager });
    expect(run).toMatchObject({ strikes: [], hours: 1, isShortest: true });
    expect(story).toContain('none: it happens in a world in which nothing goes wrong');
  });

  it('does not tell of a violation that does not come again', async () => {
    const violation = { seed: 4, invariant: 7, atMs: 3_600_000, fact: 'never so', story: '' };
    expect(await shrinkRun({ ...DAY, hours: 2 }, violation)).toBeUndefined();
  });
});
