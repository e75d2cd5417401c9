import type { WorldEvent } from '../base/event-log.ts';
import { type Strike, strikeName } from '../faults/strikes.ts';
import { clockTime } from '../judge/clock-time.ts';
import { eventWords } from '../judge/event-words.ts';
import type { Violation } from '../judge/violation.ts';
import { whatHappened } from '../judge/what-happened.ts';
import type { ShortRun } from './shrink-run.ts';

/** How to see it again. */
export interface ReplayCommands {
  /** Runs the seed as it was run, and shortens it again. */
  readonly whole: string;
  /** Runs the short world alone. */
  readonly short: (run: Pick<ShortRun, 'hours' | 'strikes'>) => string;
}

/** The violation as a story: what is wrong, the strikes that it takes, what happened to those concerned, and how to see it again. */
export function tellStory(violation: Violation, run: ShortRun, replay: ReplayCommands): string {
  const { strikes, planned, hours, worlds, isShortest } = run;
  const bound = isShortest ? '' : `; the search ended after ${worlds} worlds, fewer may do`;
  return [
    violation.fact,
    `It takes ${strikes.length} of ${planned} strikes in ${hours} h (${worlds} worlds tried${bound}):`,
    ...(strikes.length === 0 ? ['  none: it happens in a world in which nothing goes wrong'] : []),
    ...strikes.map((strike) => `  ${clockTime(strike.atMs)} ${strikeWords(strike, run.events)}`),
    `Then invariant ${run.violation.invariant} breaks at ${clockTime(run.violation.atMs)}: ${run.violation.fact}`,
    ...whatHappened(run.events, run.violation.fact),
    `replay: ${replay.whole}`,
    ...(replay.short(run) === replay.whole ? [] : [`this world alone: ${replay.short(run)}`]),
  ].join('\n');
}

function strikeWords(strike: Strike, events: readonly WorldEvent[]): string {
  const { kind, index, atMs } = strike;
  const at = events.findIndex(
    ({ kind: of, facts }) => of === 'fault' && facts['name'] === kind.name && facts['index'] === index,
  );
  const after = events.slice(at + 1);
  const end = after.findIndex((event) => event.atMs !== atMs || !EFFECTS.has(event.kind));
  const effects = (end < 0 ? after : after.slice(0, end)).map(eventWords);
  return `${strikeName(strike)}: ${at < 0 || effects.length === 0 ? kind.about : effects.join('; ')}`;
}

/** What a strike does at once. */
const EFFECTS = new Set([
  'by-hand',
  'trouble',
  'capacity-gone',
  'spot-notice',
  'rebalance',
  'kubelet-died',
  'telemetry-outage',
  'clock-skew',
  'commit',
  'burst',
  'load-factor',
  'process-paused',
  'process-rolled',
]);
