import type { LaunchIntent } from '../../model/intent.ts';
import type { Refusal } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { Situation } from '../state/situation.ts';
import { countText, secondsText } from '../text/wording.ts';
import { type Limited, limited } from './limits.ts';

/** A repair launches the missing nodes once; what runs away launches again and again (R21). */
const GUARD_WINDOW_MS = 120_000;
const GUARD_LEAST = 2;

export interface Bounded {
  readonly wishes: readonly LaunchIntent[];
  readonly refusals: readonly Refusal[];
  readonly wakeAtMs: number | undefined;
}

/** Cuts what is wished down to what is allowed: a pause after failures first, then the maximum, then budget and resource limits. */
export function bounded(situation: Situation, wishes: readonly LaunchIntent[]): Bounded {
  const pause = situation.launchPause;
  if (wishes.length > 0 && pause !== undefined) {
    return { wishes: [], refusals: [{ what: 'grow', reason: pause.reason }], wakeAtMs: pause.untilMs };
  }
  const atMost = belowMaximum(situation, wishes);
  const within = limited(situation, atMost.wishes);
  return {
    wishes: within.wishes,
    refusals: [...atMost.refusals, ...within.refusals],
    wakeAtMs: undefined,
  };
}

function belowMaximum(situation: Situation, wishes: readonly LaunchIntent[]): Limited {
  const { max } = situation.policy.nodes;
  const { billable } = situation.fleet;
  const room = Math.max(0, max - billable);
  if (wishes.length <= room) return { wishes, refusals: [] };
  const text = `at maximum capacity: ${billable} of ${max} workers exist or are in flight, ${countText(wishes.length, 'more node')} wanted, ${room} allowed; raise nodes.max or lower what the workloads request`;
  const facts = { billable, max, wanted: wishes.length, allowed: room };
  const refusal: Refusal = { what: 'grow', reason: { code: 'at-maximum', text, facts } };
  return { wishes: wishes.slice(0, room), refusals: [refusal] };
}

/**
 * How many launches repair up to `floor` may still make: `floor` (at least two) in two minutes, counting every launch.
 * So a repair happens in one go and a fleet that loses what it launches is not refilled in a tight loop.
 */
export function repairAllowance(
  situation: Situation,
  floor: number,
): { readonly launches: number; readonly refusal: Refusal; readonly wakeAtMs: number } {
  const { nowMs, snapshot } = situation;
  const recent = snapshot.operations
    .filter((operation) => operation.kind === 'launch' && operation.forPool !== true)
    .map((launch) => Math.min(launch.createdAtMs, nowMs))
    .filter((createdAtMs) => createdAtMs > nowMs - GUARD_WINDOW_MS);
  const limit = Math.max(GUARD_LEAST, floor);
  const oldest = Math.min(nowMs, ...recent);
  const text = `${recent.length} launches in the last ${secondsText(GUARD_WINDOW_MS)}, repair makes at most ${limit}`;
  const reason: Reason = { code: 'launch-rate', text, facts: { recent: recent.length, limit } };
  return {
    launches: Math.max(0, limit - recent.length),
    refusal: { what: 'grow', reason },
    wakeAtMs: oldest + GUARD_WINDOW_MS,
  };
}
