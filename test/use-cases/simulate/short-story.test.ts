import { describe, expect, it } from '@jest/globals';
import { injectionName } from '../../../src/simulate/faults/fault-injections.ts';
import { plannedInjections, runSimulation } from '../../../src/simulate/run/run-simulation.ts';
import { prepareSimulation } from '../../../src/use-cases/simulate/prepare-simulation.ts';
import { printFirstViolations } from '../../../src/use-cases/simulate/print-first-violations.ts';
import { replayCommands } from '../../../src/use-cases/simulate/replay-commands.ts';
import { shortStory } from '../../../src/use-cases/simulate/short-story.ts';
import { unsafeDay } from '../../builders/unsafe-controller.ts';

const WISH = { hours: 24, faults: 'queue,clock' };
const DAY = unsafeDay(['queue', 'clock']);

describe('shortStory', () => {
  it('tells the fault injections that it takes, and ends with the commands that show it again', async () => {
    const { violations } = await runSimulation(DAY);
    const [first] = violations.filter(({ invariant }) => invariant === 9);
    if (first === undefined) throw new Error('the careless controller was not caught');
    const story = await shortStory(first, DAY, replayCommands(WISH, 4));
    expect(story.startsWith(`${first.fact}\n`)).toBe(true);
    expect(story).toMatch(/It takes 2 of \d+ fault injections in \d+ h \(\d+ worlds tried\):/);
    expect(story).toContain('replay: npx smartscale simulate --seeds 4..4 --hours 24 --faults queue,clock\n');
    expect(story).toMatch(/this world alone: .* --injections (clock-\d+,queue-\d+|queue-\d+,clock-\d+)$/);
  });
});

describe('printFirstViolations', () => {
  const never = (seed: number, invariant = 4) => ({
    seed,
    invariant,
    atMs: 60_000,
    fact: 'never so',
    story: 'a long one',
  });
  const tell = async (...violations: ReturnType<typeof never>[]) =>
    (await printFirstViolations({ hours: 1, faults: 'none' }, violations)).map(({ story }) => story);

  it('says of a violation that does not come again that it does not', async () => {
    expect(await tell(never(1))).toEqual([
      'a long one\nrun again, the same seed did not break invariant 4: the run is not reproducible\nreplay: npx smartscale simulate --seeds 1..1 --hours 1 --faults none',
    ]);
  });

  it('tells the first of each invariant in short, and of the others where to get that', async () => {
    const [first, again, other, elsewhere] = await tell(never(1), never(1), never(1, 3), never(2));
    expect(first).toContain('not reproducible');
    expect(again).toBe('never so\ninvariant 4 broke earlier in this world; its first story is told in short');
    expect(other).toContain('not reproducible');
    expect(elsewhere).toBe(
      'never so\nthe short story: npx smartscale simulate --seeds 2..2 --hours 1 --faults none',
    );
  });

  it('tells five in short at most', async () => {
    const stories = await tell(...[1, 2, 3, 4, 5, 6].map((invariant) => never(1, invariant)));
    expect(stories.map((story) => story.includes('not reproducible'))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(stories.at(-1)).toContain('the short story: npx smartscale simulate --seeds 1..1');
  });
});

describe('replayCommands', () => {
  it('repeats what was asked for, as a shell takes it', () => {
    const { whole, short } = replayCommands({ ...WISH, policy: "it's mine.yaml", trace: 'a.csv' }, 7);
    const files = `--policy 'it'\\''s mine.yaml' --trace a.csv`;
    expect(whole).toBe(`npx smartscale simulate --seeds 7..7 --hours 24 --faults queue,clock ${files}`);
    expect(short({ hours: 3, injections: plannedInjections(DAY).slice(0, 2) })).toBe(
      `npx smartscale simulate --seeds 7..7 --hours 3 --faults queue,clock --injections ${plannedInjections(DAY).slice(0, 2).map(injectionName).join(',')} ${files}`,
    );
  });
});

describe('--injections', () => {
  it('lets those happen and no others', async () => {
    const injections = 'interruption-1';
    const one = await (await prepareSimulation({ hours: 12, faults: 'interruption,policy', injections }))(2);
    const all = await (await prepareSimulation({ hours: 12, faults: 'interruption,policy' }))(2);
    expect(one.digest).not.toBe(all.digest);
    expect(one.stats.interruptions).toBeLessThan(all.stats.interruptions);
  });
});
