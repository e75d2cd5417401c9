import type { Violation } from '../../simulate/judge/violation.ts';
import type { SimulationOptions } from '../../simulate/run/run-simulation.ts';
import { shrinkRun } from '../../simulate/story/shrink-run.ts';
import { type ReplayCommands, storyText } from '../../simulate/story/story-text.ts';

/** The story of the shortest world that breaks the violation's invariant; the seed is run again and again for it. */
export async function shortStory(
  violation: Violation,
  options: SimulationOptions,
  replay: ReplayCommands,
): Promise<string> {
  const run = await shrinkRun(options, violation);
  if (run !== undefined) return storyText(violation, run, replay);
  return `${violation.story}\nrun again, the same seed did not break invariant ${violation.invariant}: the run is not reproducible\nreplay: ${replay.whole}`;
}
