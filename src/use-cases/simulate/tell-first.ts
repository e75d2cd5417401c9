import type { Violation } from '../../simulate/judge/violation.ts';
import { prepareStories } from './prepare-simulation.ts';
import { replayCommands } from './replay-commands.ts';
import type { SimulationRequest } from './simulation-request.ts';

/** Stories that are told in short: each takes up to a minute or two. */
const MOST_STORIES = 5;

/**
 * The same violations; the first of each invariant as the short story of its world. What broke an invariant that is told
 * already says what is wrong and how to get its story.
 */
export async function tellFirst(
  request: SimulationRequest,
  violations: readonly Violation[],
): Promise<readonly Violation[]> {
  if (violations.length === 0) return violations;
  const shortStoryOf = await prepareStories(request);
  const told = new Map<number, number>();
  const stories: Violation[] = [];
  for (const violation of violations) {
    const { seed, invariant } = violation;
    const isFirst = !told.has(invariant) && told.size < MOST_STORIES;
    if (isFirst) told.set(invariant, seed);
    const story = isFirst
      ? await shortStoryOf(violation)
      : `${violation.fact}\n${whereToGetIt(violation, request, told.get(invariant))}`;
    stories.push({ ...violation, story });
  }
  return stories;
}

function whereToGetIt(
  { seed, invariant }: Violation,
  request: SimulationRequest,
  toldOf: number | undefined,
): string {
  return toldOf === seed
    ? `invariant ${invariant} broke earlier in this world; its first story is told in short`
    : `the short story: ${replayCommands(request, seed).whole}`;
}
