import { describe, expect, it } from '@jest/globals';
import { prepareSimulation } from '../../../src/commands/simulate/prepare-simulation.ts';
import { replayCommands } from '../../../src/commands/simulate/replay-commands.ts';
import { withShortStories } from '../../../src/commands/simulate/short-stories.ts';
import { tellFirst } from '../../../src/commands/simulate/tell-first.ts';
import { defaultPolicy } from '../../../src/policy/default-policy.ts';
import { strikeName } from '../../../src/simulate/faults/strikes.ts';
import {
  plannedStrikes,
  runSimulation,
  type SimulationOptions,
} from '../../../src/simulate/run-simulation.ts';
import { carelessController } from '../../builders/careless-controller.ts';
import { steadyTrace } from '../../builders/simulated-world.ts';

const WISH = { hours: 24, faults: 'queue,clock' };
const DAY: SimulationOptions = {
  seed: 4,
  hours: 24,
  policy: defaultPolicy(),
  policyDocument: { text: '{}', origin: 'test', revision: undefined },
  trace: steadyTrace(),
  peakNodes: 1,
  faults: ['queue', 'clock'],
  controller: carelessController,
};

describe('withShortStories', () => {
  it('tells the first violation of an invariant in short, and points to it from later ones', async () => {
    const { violations } = await runSimulation(DAY);
    const [first] = violations.filter(({ invariant }) => invariant === 9);
    if (first === undefined) throw new Error('the careless controller was not caught');
    const later = { ...first, atMs: first.atMs + 1, fact: 'once more', story: 'once more' };
    const [short, pointer] = await withShortStories([first, later], DAY, replayCommands(WISH, 4));
    expect(short).toMatchObject({ seed: 4, invariant: 9, atMs: first.atMs, fact: first.fact });
    expect(short?.story).toMatch(/It takes 2 of \d+ strikes in \d+ h \(\d+ worlds tried\):/);
    expect(short?.story).toContain(
      'replay: npx smartscale simulate --seeds 4..4 --hours 24 --faults queue,clock\n',
    );
    expect(short?.story).toMatch(/this world alone: .* --strikes (clock-\d+,queue-\d+|queue-\d+,clock-\d+)$/);
    expect(pointer?.story).toBe(
      'once more\ninvariant 9 broke earlier in this world; its first story is told in short',
    );
  });
});

describe('tellFirst', () => {
  it('says of a violation that does not come again, and how to get the story of a seed beyond the first', async () => {
    const never = (seed: number) => ({
      seed,
      invariant: 4,
      atMs: 60_000,
      fact: 'never so',
      story: 'never so',
    });
    const told = await tellFirst({ hours: 1, faults: 'none' }, [1, 2, 3, 4].map(never));
    expect(told.map(({ story }) => story.includes('the run is not reproducible'))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(told[3]?.story).toBe(
      'never so\nthe short story: npx smartscale simulate --seeds 4..4 --hours 1 --faults none',
    );
  });
});

describe('replayCommands', () => {
  it('repeats what was asked for, as a shell takes it', () => {
    const { whole, short } = replayCommands({ ...WISH, policy: "it's mine.yaml", trace: 'a.csv' }, 7);
    const files = `--policy 'it'\\''s mine.yaml' --trace a.csv`;
    expect(whole).toBe(`npx smartscale simulate --seeds 7..7 --hours 24 --faults queue,clock ${files}`);
    expect(short({ hours: 3, strikes: plannedStrikes(DAY).slice(0, 2) })).toBe(
      `npx smartscale simulate --seeds 7..7 --hours 3 --faults queue,clock --strikes ${plannedStrikes(DAY).slice(0, 2).map(strikeName).join(',')} ${files}`,
    );
  });
});

describe('--strikes', () => {
  it('lets those happen and no others', async () => {
    const strikes = 'interruption-1';
    const one = await (await prepareSimulation({ hours: 12, faults: 'interruption,policy', strikes }))(2);
    const all = await (await prepareSimulation({ hours: 12, faults: 'interruption,policy' }))(2);
    expect(one.digest).not.toBe(all.digest);
    expect(one.stats.interruptions).toBeLessThan(all.stats.interruptions);
  });
});
