import type { RemoveOperation } from '../model/operation.ts';
import type { AbortRemovalAction } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import { loadIsHighNow } from './demands/utilization.ts';
import type { Growth } from './growth.ts';
import type { Situation } from './situation.ts';

/**
 * Removals to stop because what they were for is no longer true: pods wait for room, load rises, the floor rose, or
 * the policy no longer shrinks (F57, R56). Only before termination began, and only as many as the maximum has room for.
 */
export function planAborts(situation: Situation, growth: Growth): readonly AbortRemovalAction[] {
  const { fleet, policy } = situation;
  const stoppable = fleet.leaving
    .map((worker) => worker.removal)
    .filter((removal) => removal !== undefined)
    .filter((removal) => removal.step === 'intended' || removal.step === 'draining');
  if (stoppable.length === 0 || fleet.billable > policy.nodes.max) return [];
  const reasons = reasonsToStop(situation, growth);
  if (reasons.length === 0) return [];
  return stoppable.map((removal) => abortOf(removal, reasons));
}

function reasonsToStop(situation: Situation, growth: Growth): readonly Reason[] {
  const { policy, fleet } = situation;
  if (!policy.shrink.enabled) {
    return [{ code: 'shrink-off', text: 'the policy no longer allows shrinking' }];
  }
  const load = loadIsHighNow(situation);
  if (load !== undefined) return [load];
  if (!growth.isWanted) return [];
  const { pending } = growth;
  if (pending.uncovered > 0) return pending.demand.reasons;
  const wishes = growth.launches.flatMap((wish) => wish.reasons);
  if (wishes.length > 0) return [...new Map(wishes.map((reason) => [reason.code, reason])).values()];
  const above = growth.demands.filter((demand) => (demand.nodes ?? 0) > fleet.workers.length);
  if (above.length > 0) return above.flatMap((demand) => demand.reasons);
  const text = `more nodes are wanted than the ${fleet.workers.length} that stay`;
  return [{ code: 'growth-wanted', text, facts: { nodes: fleet.workers.length } }];
}

function abortOf(removal: RemoveOperation, reasons: readonly Reason[]): AbortRemovalAction {
  return { kind: 'abort-removal', operationId: removal.id, nodeName: removal.nodeName, reasons };
}
