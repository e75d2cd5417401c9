import type { Violation } from '../../simulate/judge/violation.ts';
import { prepareStories } from './prepare-simulation.ts';
import { replayCommands } from './replay-commands.ts';
import type { SimulationRequest } from './simulation-request.ts';

/** Maximum number of minimized stories; each takes up to two minutes. */
const MAX_STORIES = 5;

/**
 * The same violations; the first of each invariant as the short story of its world. What broke an invariant that is told
 * already says what is wrong and how to get its story.
 */
export async function printFirstViolations(
  request: SimulationRequest,
  violations: readonly Violation[],
): Promise<readonly Violation[]> {
  if (violations.length === 0) return violations;
  const shortStoryOf = await prepareStories(request);
  const printed = new Map<number, number>();
  const stories: Violation[] = [];
  for (const violation of violations) {
    const { seed, invariant } = violation;
    const isFirst = !printed.has(invariant) && printed.size < MAX_STORIES;
    if (isFirst) printed.set(invariant, seed);
    const story = isFirst
      ? await shortStoryOf(violation)
      : `${violation.fact}\n${replayHint(violation, request, printed.get(invariant))}`;
    stories.push({ ...violation, story });
  }
  return stories;
}

function replayHint(
  { seed, invariant }: Violation,
  request: SimulationRequest,
  printedOf: number | undefined,
): string {
  return printedOf === seed
    ? `invariant ${invariant} broke earlier in this world; its first story is told in short`
    : `the short story: ${replayCommands(request, seed).whole}`;
}
