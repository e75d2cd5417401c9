import type { Action, LaunchAction, Plan, Refusal } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import { planAborts } from './aborts.ts';
import { type Growth, planGrowth } from './growth.ts';
import { decisionIdOf, operationIds } from './ids.ts';
import { planShrink, type Shrink } from './shrink/shrink.ts';
import { type Situation, takeStock } from './situation.ts';
import { earliest } from './wake.ts';

/**
 * Decides one round: what the fleet should be, what to do about it now, and why everything else is left as it is. Pure
 * and deterministic: the same policy, snapshot and time give the same plan, whatever the order of nodes and pods.
 */
export function decide(inForce: PolicyInForce, snapshot: Snapshot, nowMs: number): Plan {
  const before = takeStock(inForce, snapshot, { nowMs });
  const wanted = planGrowth(before);
  const aborts = planAborts(before, wanted);
  const cancelledRemovals = new Set(aborts.map((abort) => abort.operationId));
  const situation = aborts.length === 0 ? before : takeStock(inForce, snapshot, { nowMs, cancelledRemovals });
  const growth = aborts.length === 0 ? wanted : planGrowth(situation);
  const shrink = planShrink(situation, growth, aborts.length > 0);
  const decisionId = decisionIdOf(nowMs, inForce.identity);
  const nextId = operationIds(decisionId, snapshot.operations);
  const actions = [
    ...aborts,
    ...launchActions(situation, growth, nextId),
    ...removeActions(situation, shrink, nextId),
  ];
  const refusals = [...growth.refusals, ...shrink.refusals];
  const suspended = inForce.policy.suspend;
  const have = situation.fleet.workers.length;
  // Under a policy that only the timer drives, nothing else may set the rhythm.
  const wakeAtMs = inForce.policy.loop.eventDriven ? earliest(growth.wakeAtMs, shrink.wakeAtMs) : undefined;
  return {
    decisionId,
    decidedAtMs: nowMs,
    policy: inForce.identity,
    demands: growth.demands,
    currentNodes: before.fleet.workers.length,
    desiredNodes: Math.min(
      inForce.policy.nodes.max,
      suspended ? before.fleet.workers.length : have + growth.launches.length - shrink.removals.length,
    ),
    actions: suspended ? [] : actions,
    refusals: suspended ? [...actions.map(suspendedRefusal), ...refusals] : refusals,
    kept: suspended ? keptBySuspension(situation) : shrink.kept,
    ...(wakeAtMs !== undefined && wakeAtMs > nowMs && { wakeAtMs }),
  };
}

function launchActions(situation: Situation, growth: Growth, nextId: () => string): LaunchAction[] {
  const deadlineMs = situation.nowMs + situation.policy.launch.joinTimeoutSeconds * 1000;
  return growth.launches.map((wish) => ({ kind: 'launch', operationId: nextId(), deadlineMs, ...wish }));
}

function removeActions(situation: Situation, shrink: Shrink, nextId: () => string): Action[] {
  const { drainTimeoutSeconds, graceLimitSeconds } = situation.policy.shrink;
  const deadlineMs = situation.nowMs + drainTimeoutSeconds * 1000;
  return shrink.removals.map((removal) => ({
    kind: 'remove',
    operationId: nextId(),
    deadlineMs,
    graceLimitSeconds,
    ...removal,
  }));
}

const SUSPENDED = 'the policy says suspend: true';

function suspendedRefusal(action: Action): Refusal {
  const why = action.reasons.map((reason) => reason.text).join('; ');
  const reason = { code: 'suspended', text: `${SUSPENDED}; otherwise: ${action.kind} because ${why}` };
  if (action.kind === 'launch') return { what: 'grow', reason };
  return { what: action.kind === 'remove' ? 'shrink' : 'grow', subject: action.nodeName, reason };
}

function keptBySuspension(situation: Situation): Plan['kept'] {
  const reason = { code: 'suspended', text: SUSPENDED };
  return situation.fleet.workers.flatMap(({ node }) =>
    node === undefined ? [] : [{ nodeName: node.name, reason }],
  );
}
