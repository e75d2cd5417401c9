import type { LaunchOperation, RemoveOperation } from '../../model/operation.ts';
import type {
  AbortAction,
  AbortLaunchAction,
  AbortRemovalAction,
  ExpediteRemovalAction,
} from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import { loadIsHighNow } from '../launch/demands/utilization.ts';
import type { Growth } from '../launch/growth.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import { fillingIn, inFlightIn } from '../state/operation-lists.ts';

export const SUSPENDED: Reason = { code: 'suspended', text: 'the policy says suspend: true' };

/**
 * What is under way and no longer wanted, so that a commit or a revert leaves nothing half done (R56): removals before termination
 * began, launches before their machine is a worker. Everything else is finished.
 */
export function planAborts(
  context: DecisionContext,
  growth: Growth,
  expedited: readonly ExpediteRemovalAction[],
): readonly AbortAction[] {
  const removals = removalAborts(context, growth, expedited);
  const launches = launchAborts(context);
  const fills = fillAborts(context, growth);
  return removals.length + launches.length + fills.length === 0
    ? NOTHING
    : [...removals, ...launches, ...fills];
}

const NOTHING: readonly AbortAction[] = [];

/**
 * Removals to stop because what they were for is no longer true: pods wait for room, load rises, the floor rose, or the policy no
 * longer shrinks (F57); only as many as the maximum has room for. What AWS takes away goes whatever the load is. A suspended
 * policy stops them all.
 */
function removalAborts(
  context: DecisionContext,
  growth: Growth,
  expedited: readonly ExpediteRemovalAction[],
): readonly AbortRemovalAction[] {
  const { fleet, policy } = context;
  const stoppable = fleet.leaving
    .map((worker) => worker.removal)
    .filter((removal) => removal !== undefined)
    .filter((removal) => removal.step === 'intended' || removal.step === 'draining');
  if (policy.suspend) return stoppable.map((removal) => abortOf(removal, [SUSPENDED]));
  const forced = new Set(expedited.map(({ operationId }) => operationId));
  const ours = stoppable.filter(({ id, interruption }) => interruption === undefined && !forced.has(id));
  if (ours.length === 0 || fleet.billable > policy.nodes.max) return [];
  const reasons = reasonsToStop(context, growth);
  if (reasons.length === 0) return [];
  return ours.map((removal) => abortOf(removal, reasons));
}

/**
 * Launches to give up. Under a maximum that was lowered: as many as are too many, those without a machine first, then the latest,
 * since what boots holds no pods yet and a worker would have to be drained. Under a suspended policy: those that have no machine.
 */
function launchAborts({ snapshot, fleet, policy }: DecisionContext): readonly AbortLaunchAction[] {
  const inFlight = inFlightIn(snapshot.operations);
  if (policy.suspend) {
    return inFlight
      .filter((launch) => launch.step === 'intended')
      .map((launch) => abortLaunchOf(launch, SUSPENDED));
  }
  const { max } = policy.nodes;
  // What leaves already, or is being undone, is not among them.
  const count = fleet.workers.length;
  const tooMany = count - max;
  if (tooMany <= 0) return [];
  const text = `${count} workers exist or are in flight, the maximum is ${max}`;
  const reason: Reason = { code: 'above-maximum', text, facts: { workers: count, max } };
  return inFlight
    .toSorted(byProgress)
    .slice(0, tooMany)
    .map((launch) => abortLaunchOf(launch, reason));
}

/** A machine on its way into the warm pool gives its place under the maximum to a worker. */
function fillAborts(
  { snapshot, fleet, policy }: DecisionContext,
  growth: Growth,
): readonly AbortLaunchAction[] {
  const filling = fillingIn(snapshot.operations).filter(({ step }) => step !== 'stopping');
  if (policy.suspend) {
    return filling
      .filter((launch) => launch.step === 'intended')
      .map((launch) => abortLaunchOf(launch, SUSPENDED));
  }
  const { max } = policy.nodes;
  const isRefused = growth.refusals.some(({ reason }) => reason.code === 'at-maximum');
  if (!isRefused && fleet.billable <= max) return [];
  const text = `a worker needs the place under the maximum of ${max} that a machine for the warm pool takes`;
  return filling.map((launch) => abortLaunchOf(launch, { code: 'worker-first', text }));
}

function byProgress(a: LaunchOperation, b: LaunchOperation): number {
  const hasMachine = Number(a.step === 'launched') - Number(b.step === 'launched');
  return hasMachine || b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1);
}

function reasonsToStop(context: DecisionContext, growth: Growth): readonly Reason[] {
  const { policy, fleet } = context;
  if (!policy.shrink.enabled) {
    return [{ code: 'shrink-off', text: 'the policy no longer allows shrinking' }];
  }
  const load = loadIsHighNow(context);
  if (load !== undefined) return [load];
  if (!growth.isWanted) return [];
  if (growth.stopsDrains.length > 0) return growth.stopsDrains;
  const nodeRequests = growth.launches.flatMap((nodeRequest) => nodeRequest.reasons);
  if (nodeRequests.length > 0)
    return [...new Map(nodeRequests.map((reason) => [reason.code, reason])).values()];
  const above = growth.demands.filter((demand) => (demand.nodes ?? 0) > fleet.workers.length);
  if (above.length > 0) return above.flatMap((demand) => demand.reasons);
  const text = `more nodes are wanted than the ${fleet.workers.length} that stay`;
  return [{ code: 'growth-wanted', text, facts: { nodes: fleet.workers.length } }];
}

function abortOf(removal: RemoveOperation, reasons: readonly Reason[]): AbortRemovalAction {
  return { kind: 'abort-removal', operationId: removal.id, nodeName: removal.nodeName, reasons };
}

function abortLaunchOf(launch: LaunchOperation, reason: Reason): AbortLaunchAction {
  return { kind: 'abort-launch', operationId: launch.id, reasons: [reason] };
}
