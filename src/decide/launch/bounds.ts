import type { LaunchIntent } from '../../model/intent.ts';
import type { Refusal } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import { countText, secondsText } from '../text/wording.ts';
import { type Limited, limited } from './limits.ts';

/** A repair launches the missing nodes once; what runs away launches again and again (R21). */
const LAUNCH_GUARD_WINDOW_MS = 120_000;
const GUARD_MIN = 2;

export interface Bounded {
  readonly nodeRequests: readonly LaunchIntent[];
  readonly refusals: readonly Refusal[];
  readonly wakeAtMs: number | undefined;
}

/**
 * Reduces the node requests to what is allowed: a pause after failures first, then the maximum, then budget and resource limits.
 */
export function bounded(context: DecisionContext, nodeRequests: readonly LaunchIntent[]): Bounded {
  const pause = context.launchPause;
  if (nodeRequests.length > 0 && pause !== undefined) {
    return { nodeRequests: [], refusals: [{ what: 'grow', reason: pause.reason }], wakeAtMs: pause.untilMs };
  }
  const atMost = belowMaximum(context, nodeRequests);
  const within = limited(context, atMost.nodeRequests);
  return {
    nodeRequests: within.nodeRequests,
    refusals: [...atMost.refusals, ...within.refusals],
    wakeAtMs: undefined,
  };
}

function belowMaximum(context: DecisionContext, nodeRequests: readonly LaunchIntent[]): Limited {
  const { max } = context.policy.nodes;
  const { billable } = context.fleet;
  const room = Math.max(0, max - billable);
  if (nodeRequests.length <= room) return { nodeRequests, refusals: [] };
  const text = `at maximum capacity: ${billable} of ${max} workers exist or are in flight, ${countText(nodeRequests.length, 'more node')} wanted, ${room} allowed; raise nodes.max or lower what the workloads request`;
  const facts = { billable, max, wanted: nodeRequests.length, allowed: room };
  const refusal: Refusal = { what: 'grow', reason: { code: 'at-maximum', text, facts } };
  return { nodeRequests: nodeRequests.slice(0, room), refusals: [refusal] };
}

/**
 * How many launches repair up to `floor` may still make: `floor` (at least two) in two minutes, counting every launch.
 * So a repair happens in one go and a fleet that loses what it launches is not refilled in a tight loop.
 */
export function repairAllowance(
  context: DecisionContext,
  floor: number,
): { readonly launches: number; readonly refusal: Refusal; readonly wakeAtMs: number } {
  const { nowMs, snapshot } = context;
  const recent = snapshot.operations
    .filter((operation) => operation.kind === 'launch' && operation.forPool !== true)
    .map((launch) => Math.min(launch.createdAtMs, nowMs))
    .filter((createdAtMs) => createdAtMs > nowMs - LAUNCH_GUARD_WINDOW_MS);
  const limit = Math.max(GUARD_MIN, floor);
  const oldest = Math.min(nowMs, ...recent);
  const text = `${recent.length} launches in the last ${secondsText(LAUNCH_GUARD_WINDOW_MS)}, repair makes at most ${limit}`;
  const reason: Reason = { code: 'launch-rate', text, facts: { recent: recent.length, limit } };
  return {
    launches: Math.max(0, limit - recent.length),
    refusal: { what: 'grow', reason },
    wakeAtMs: oldest + LAUNCH_GUARD_WINDOW_MS,
  };
}
