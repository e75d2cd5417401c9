import { injectionName } from '../../simulate/faults/fault-injections.ts';
import type { ReplayCommands } from '../../simulate/story/story-text.ts';
import type { SimulationRequest } from './simulation-request.ts';

/** The commands that show a seed's violation again, as a shell takes them. */
export function replayCommands(request: SimulationRequest, seed: number): ReplayCommands {
  const { faults, policy, trace, story, judge, without } = request;
  const command = (hours: number, injections: string | undefined) =>
    [
      'npx smartscale simulate',
      `--seeds ${seed}..${seed} --hours ${hours} --faults ${quoted(faults)}`,
      ...(injections === undefined ? [] : [`--injections ${quoted(injections)}`]),
      ...(policy === undefined ? [] : [`--policy ${quoted(policy)}`]),
      ...(trace === undefined ? [] : [`--trace ${quoted(trace)}`]),
      ...(without === undefined ? [] : [`--without ${quoted(without)}`]),
      ...(judge === undefined ? [] : [`--judge ${quoted(judge)}`]),
      ...(story === undefined ? [] : [`--story ${quoted(story)}`]),
    ].join(' ');
  return {
    whole: command(request.hours, request.injections),
    short: ({ hours, injections }) => command(hours, injections.map(injectionName).join(',')),
  };
}

function quoted(word: string): string {
  return /^[\w./:@,+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
