import type { WorldEvent } from '../base/event-log.ts';
import { type FaultInjection, injectionName } from '../faults/fault-injections.ts';
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
  readonly short: (run: Pick<ShortRun, 'hours' | 'injections'>) => string;
}

/**
 * The violation as a story: what is wrong, the fault injections it needs, what happened to the objects concerned, and how to
 * replay it.
 */
export function storyText(violation: Violation, run: ShortRun, replay: ReplayCommands): string {
  const { injections, planned, hours, worlds, isShortest } = run;
  const bound = isShortest ? '' : `; the search ended after ${worlds} worlds, fewer may do`;
  return [
    violation.fact,
    `It takes ${injections.length} of ${planned} fault injections in ${hours} h (${worlds} worlds tried${bound}):`,
    ...(injections.length === 0 ? ['  none: it happens in a world in which nothing goes wrong'] : []),
    ...injections.map(
      (injection) => `  ${clockTime(injection.atMs)} ${injectionWords(injection, run.events)}`,
    ),
    `Then invariant ${run.violation.invariant} breaks at ${clockTime(run.violation.atMs)}: ${run.violation.fact}`,
    ...whatHappened(run.events, run.violation.fact),
    `replay: ${replay.whole}`,
    ...(replay.short(run) === replay.whole ? [] : [`this world alone: ${replay.short(run)}`]),
  ].join('\n');
}

function injectionWords(injection: FaultInjection, events: readonly WorldEvent[]): string {
  const { kind, index, atMs } = injection;
  const at = events.findIndex(
    ({ kind: of, facts }) => of === 'fault' && facts['name'] === kind.name && facts['index'] === index,
  );
  const after = events.slice(at + 1);
  const end = after.findIndex((event) => event.atMs !== atMs || !EFFECTS.has(event.kind));
  const effects = (end < 0 ? after : after.slice(0, end)).map(eventWords);
  return `${injectionName(injection)}: ${at < 0 || effects.length === 0 ? kind.about : effects.join('; ')}`;
}

/** Immediate effect of a fault injection. */
const EFFECTS = new Set([
  'by-hand',
  'trouble',
  'capacity-gone',
  'never-joins',
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
