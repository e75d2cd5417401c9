import type { LaunchIntent, WarmInstance } from '../../model/intent.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { PoolMember } from '../state/pool.ts';
import { unfitReason } from './fitness.ts';

/**
 * The same launches, each with the stopped machine that it starts where one suits: one of the launch's available offerings. Pool
 * instances are on-demand, so they replace a spot launch only for pending pods or a lost instance.
 */
export function withPoolStarts(
  nodeRequests: readonly LaunchIntent[],
  context: DecisionContext,
): readonly LaunchIntent[] {
  const free = startable(context);
  return nodeRequests.map((nodeRequest) => {
    if (free.length === 0 || !mayBeOnDemand(nodeRequest)) return nodeRequest;
    const key = nodeRequest.offerings.find((offering) => free.some((warm) => warm.offering === offering));
    const at = free.findIndex((warm) => warm.offering === key);
    const [starts] = at === -1 ? [] : free.splice(at, 1);
    return starts === undefined ? nodeRequest : { ...nodeRequest, starts };
  });
}

/** The one that has waited longest comes first. */
function startable(context: DecisionContext): WarmInstance[] {
  return context.fleet.pool
    .filter((member) => canStart(member, context))
    .sort((a, b) => launchedAtMs(a) - launchedAtMs(b))
    .flatMap(({ instanceId, offering }) =>
      instanceId === undefined || offering === undefined ? [] : [{ instanceId, offering }],
    );
}

/** While the node is still Ready, the success of a start could not be observed. */
function canStart(member: PoolMember, context: DecisionContext): boolean {
  const { state, instance, node, offering } = member;
  if (state !== 'waiting' || instance?.state !== 'stopped' || offering === undefined) return false;
  if (node?.isReady !== false || node.isUnschedulable || context.unavailableUntil(offering) !== undefined)
    return false;
  return unfitReason(member, context) === undefined;
}

function launchedAtMs({ instance }: PoolMember): number {
  return instance?.launchedAtMs ?? 0;
}

function mayBeOnDemand({ offerings, nominatedPods, replaces }: LaunchIntent): boolean {
  const isUrgent = nominatedPods.length > 0 || replaces !== undefined;
  return isUrgent || parseOfferingKey(offerings[0])?.lifecycle === 'on-demand';
}
