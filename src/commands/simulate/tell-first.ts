import type { Violation } from '../../simulate/invariant-watch.ts';
import { prepareStories, type SimulationWish } from './prepare-simulation.ts';
import { replayCommands } from './replay-commands.ts';

/** Seeds whose violations are told as short stories: each takes up to a few minutes. */
const MOST_SEEDS = 3;

/** The same violations; those of the first seeds as short stories, those of the others with how to get one. */
export async function tellFirst(
  wish: SimulationWish,
  violations: readonly Violation[],
): Promise<readonly Violation[]> {
  if (violations.length === 0) return violations;
  const tell = await prepareStories(wish);
  const seeds = [...new Set(violations.map(({ seed }) => seed))];
  const told: Violation[] = [];
  for (const [place, seed] of seeds.entries()) {
    const ofSeed = violations.filter((violation) => violation.seed === seed);
    told.push(...(place < MOST_SEEDS ? await tell(seed, ofSeed) : ofSeed.map((v) => withReplay(v, wish))));
  }
  return told;
}

function withReplay(violation: Violation, wish: SimulationWish): Violation {
  const replay = `the short story: ${replayCommands(wish, violation.seed).whole}`;
  return { ...violation, story: `${violation.story}\n${replay}` };
}
