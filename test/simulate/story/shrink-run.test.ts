import { beforeAll, describe, expect, it } from '@jest/globals';
import { injectionName } from '../../../src/simulate/faults/fault-injections.ts';
import { FAULT_KINDS } from '../../../src/simulate/faults/fault-kinds.ts';
import {
  plannedInjections,
  runSimulation,
  runInjections,
  type SimulationOptions,
} from '../../../src/simulate/run/run-simulation.ts';
import { type ShortRun, shrinkRun } from '../../../src/simulate/story/shrink-run.ts';
import { storyText } from '../../../src/simulate/story/story-text.ts';
import { unsafeDay } from '../../builders/unsafe-controller.ts';

const DAY = unsafeDay(FAULT_KINDS.map(({ name }) => name));
const REPLAY = { whole: 'replay-whole', short: ({ hours }: Pick<ShortRun, 'hours'>) => `replay-${hours}` };

async function shortened(options: SimulationOptions, maxWorlds?: number) {
  const { violations } = await runSimulation(options);
  const violation = violations.find(({ invariant }) => invariant === 9);
  if (violation === undefined) throw new Error('the careless controller was not caught');
  const run = await shrinkRun(options, violation, maxWorlds);
  if (run === undefined) throw new Error('the run was not reproducible');
  return { violation, run, story: storyText(violation, run, REPLAY) };
}

let found: Awaited<ReturnType<typeof shortened>>;

beforeAll(async () => {
  found = await shortened(DAY);
});

function injectionsIn(story: string): readonly string[] {
  return [...story.matchAll(/^ {2}\d\d:\d\d:\d\d ([a-z0-9]+-\d+): /gm)].map((match) => match[1] ?? '');
}

describe('shrinkRun', () => {
  it('tells of the two fault injections that an unsafe controller trips over, and of no other', async () => {
    const { run, story } = found;
    expect(run.planned).toBe(plannedInjections(DAY).length);
    expect(run.planned).toBeGreaterThan(80);
    expect(run.injections.map(({ kind }) => kind.name).toSorted()).toEqual(['clock', 'queue']);
    expect(injectionsIn(story)).toEqual(run.injections.map(injectionName));
    expect(run.isShortest).toBe(true);
    for (const injection of run.injections) {
      const others = run.injections.filter((other) => other !== injection);
      const { violations } = await runInjections({ ...DAY, hours: run.hours }, others);
      expect(violations.filter(({ invariant }) => invariant === 9)).toEqual([]);
    }
  });

  it('finds a world that breaks the same invariant when it is run as its fault injections and hours say', async () => {
    const { run } = found;
    const alone = { ...DAY, hours: run.hours, onlyInjections: run.injections.map(injectionName) };
    expect(plannedInjections(alone)).toEqual(run.injections);
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
      const alone = {
        ...options,
        hours: run?.hours ?? 0,
        onlyInjections: run?.injections.map(injectionName) ?? [],
      };
      expect(plannedInjections(alone)).toEqual(run?.injections);
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
    expect(run).toMatchObject({ injections: [], hours: 1, isShortest: true });
    expect(story).toContain('none: it happens in a world in which nothing goes wrong');
  });

  it('does not tell of a violation that does not come again', async () => {
    const violation = { seed: 4, invariant: 7, atMs: 3_600_000, fact: 'never so', story: '' };
    expect(await shrinkRun({ ...DAY, hours: 2 }, violation)).toBeUndefined();
  });
});
