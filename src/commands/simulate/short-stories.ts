import type { Violation } from '../../simulate/invariant-watch.ts';
import type { SimulationOptions } from '../../simulate/run-simulation.ts';
import { shrinkRun } from '../../simulate/story/shrink-run.ts';
import { type ReplayCommands, tellStory } from '../../simulate/story/tell-story.ts';

/** The same violations; the first of each invariant as the story of the shortest world that breaks it, too. */
export async function withShortStories(
  violations: readonly Violation[],
  options: SimulationOptions,
  replay: ReplayCommands,
): Promise<readonly Violation[]> {
  const told = new Set<number>();
  const stories: Violation[] = [];
  for (const violation of violations) {
    const { invariant } = violation;
    const isFirst = !told.has(invariant);
    told.add(invariant);
    const story = isFirst ? await shortStory(violation, options, replay) : laterStory(violation);
    stories.push({ ...violation, story });
  }
  return stories;
}

async function shortStory(
  violation: Violation,
  options: SimulationOptions,
  replay: ReplayCommands,
): Promise<string> {
  const run = await shrinkRun(options, violation);
  if (run !== undefined) return tellStory(violation, run, replay);
  return `${violation.story}\nrun again, the same seed did not break invariant ${violation.invariant}: the run is not reproducible\nreplay: ${replay.whole}`;
}

function laterStory({ story, invariant }: Violation): string {
  return `${story}\ninvariant ${invariant} broke earlier in this world; its first story is told in short`;
}
