import { injectionName } from '../../simulate/faults/fault-injections.ts';
import type { ReplayCommands } from '../../simulate/story/story-text.ts';
import type { SimulationRequest } from './simulation-request.ts';

/** The commands that show a seed's violation again, as a shell takes them. */
export function replayCommands(request: SimulationRequest, seed: number): ReplayCommands {
  const { faults, policy, trace } = request;
  const command = (hours: number, strikes: string | undefined) =>
    [
      'npx smartscale simulate',
      `--seeds ${seed}..${seed} --hours ${hours} --faults ${quoted(faults)}`,
      ...(strikes === undefined ? [] : [`--strikes ${quoted(strikes)}`]),
      ...(policy === undefined ? [] : [`--policy ${quoted(policy)}`]),
      ...(trace === undefined ? [] : [`--trace ${quoted(trace)}`]),
    ].join(' ');
  return {
    whole: command(request.hours, request.strikes),
    short: ({ hours, injections: strikes }) => command(hours, strikes.map(injectionName).join(',')),
  };
}

function quoted(word: string): string {
  return /^[\w./:@,+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
