import type { LaunchIntent } from '../model/intent.ts';
import type {
  AbortAction,
  AbortRemovalAction,
  ExpediteRemovalAction,
  LaunchAction,
  Plan,
  Refusal,
  RemoveAction,
} from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { SolutionCache } from '../packing/solution-cache.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import { planAborts, SUSPENDED } from './disrupt/aborts.ts';
import { type Disruptions, disrupt } from './disrupt/disrupt.ts';
import { deviationsOf } from './disrupt/restore/deviations.ts';
import { ANNOUNCED_METHODS, CHOSEN_METHODS, POOL_METHODS } from './disruption-methods.ts';
import { waitingPods } from './launch/demands/waiting-pods.ts';
import { type Growth, planGrowth } from './launch/growth.ts';
import { type DecisionContext, buildDecisionContext } from './state/decision-context.ts';
import type { WantedRemoval } from './state/disruption.ts';
import { joinTimesOf } from './state/join-times.ts';
import { untakenShapes } from './state/vain-purchases.ts';
import { earliest } from './text/earliest-time.ts';
import { decisionIdOf, operationIds } from './text/ids.ts';
import { withPoolStarts } from './warm-pool/warm-starts.ts';

/**
 * Decides one round: what the fleet should be, what to do about it now, and why everything else is left as it is. Pure
 * and deterministic: the same policy, snapshot and time give the same plan, whatever the order of nodes and pods. `known` may
 * come from the rounds before: it saves work and changes no plan.
 */
export function decide(
  inForce: PolicyInForce,
  snapshot: Snapshot,
  nowMs: number,
  { solve }: SolutionCache = new SolutionCache(),
): Plan {
  const before = buildDecisionContext(inForce, snapshot, { nowMs, solve });
  const announced = disrupt(ANNOUNCED_METHODS, { situation: before }, { removed: [], named: [] });
  const wanted = planGrowth(before, announced.replacements);
  const aborts = [...planAborts(before, wanted, announced.expedited), ...announced.calledOff];
  const turned = aborts.filter((abort) => abort.kind === 'abort-removal');
  const context =
    turned.length === 0 ? before : buildDecisionContext(inForce, snapshot, { nowMs, turned, solve });
  const growth = turned.length === 0 ? wanted : planGrowth(context, announced.replacements);
  const round: Round = { situation: context, growth, aborts, turned, announced };
  const chosen = chooseDisruptions(round);
  const { launches, removals } = chosen;
  const { suspend, nodes } = inForce.policy;
  const decisionId = decisionIdOf(nowMs, inForce.identity);
  const nextId = operationIds(decisionId, snapshot.operations);
  const actions = [
    ...launchActions(context, launches, nextId),
    ...removeActions(context, removals, nextId),
    ...announced.expedited,
  ];
  const refusals = [...growth.refusals, ...announced.refusals, ...chosen.refusals];
  const have = context.fleet.workers.length - abortedRemovals(aborts, context);
  const wakeAtMs = wakeOf(inForce, [growth.wakeAtMs, chosen.wakeAtMs]);
  return {
    decisionId,
    decidedAtMs: nowMs,
    policy: inForce.identity,
    demands: growth.demands,
    currentNodes: before.fleet.workers.length,
    desiredNodes: Math.min(
      nodes.max,
      suspend ? have : have + growth.launches.length - workersAmong(removals, context),
    ),
    actions: suspend ? aborts : [...aborts, ...actions],
    refusals: suspend ? [...actions.map(suspendedRefusal), ...refusals] : refusals,
    kept: suspend ? retainedBySuspension(context) : chosen.kept,
    ...deviating(context),
    ...(chosen.warmPool !== undefined && { warmPool: chosen.warmPool }),
    ...(chosen.unneeded !== undefined && { unneeded: chosen.unneeded }),
    ...(wakeAtMs !== undefined && wakeAtMs > nowMs && { wakeAtMs }),
  };
}

/** What is settled before we choose what else goes. */
interface Round {
  readonly situation: DecisionContext;
  readonly growth: Growth;
  readonly aborts: readonly AbortAction[];
  readonly turned: readonly AbortRemovalAction[];
  readonly announced: Disruptions;
}

/** What goes and what is bought in all: by announcements and demands, by choice, and for the warm pool where nothing else changes. */
function chooseDisruptions({ situation, growth, aborts, turned, announced }: Round): Disruptions {
  const context = { situation, growth, isAborting: aborts.length > 0 };
  const named = namesOf([...turned, ...announced.expedited]);
  const chosen = disrupt(CHOSEN_METHODS, context, { removed: namesOf(announced.removals), named });
  const launches = [...withPoolStarts(growth.launches, situation), ...chosen.launches];
  const removals = [...announced.removals, ...chosen.removals];
  const changes = launches.length + removals.length + aborts.length;
  const pool = disrupt(POOL_METHODS, { ...context, changes }, { removed: namesOf(removals), named });
  return {
    ...chosen,
    launches: [...launches, ...pool.launches],
    removals: [...removals, ...pool.removals],
    warmPool: pool.warmPool,
  };
}

function deviating(context: DecisionContext): Pick<Plan, 'deviations'> {
  const deviations = deviationsOf(context).map(({ reason }) => reason);
  return deviations.length === 0 ? {} : { deviations };
}

function namesOf(nodes: readonly { readonly nodeName: string }[]): readonly string[] {
  return nodes.map(({ nodeName }) => nodeName);
}

/** How many of these nodes count as workers now; what is doomed or dead does not. */
function workersAmong(removals: readonly WantedRemoval[], { fleet }: DecisionContext): number {
  const going = new Set(namesOf(removals));
  return fleet.workers.filter(({ node }) => node !== undefined && going.has(node.name)).length;
}

/** Under a policy that only the timer drives, nothing else may set the rhythm. */
function wakeOf({ policy }: PolicyInForce, times: readonly (number | undefined)[]): number | undefined {
  return policy.loop.eventDriven ? earliest(...times) : undefined;
}

/** How many workers that count now are about to be given up. */
function abortedRemovals(aborts: readonly AbortAction[], { fleet }: DecisionContext): number {
  const launches = new Set(fleet.workers.map(({ launch }) => launch?.id));
  return aborts.filter(({ kind, operationId }) => kind === 'abort-launch' && launches.has(operationId))
    .length;
}

function launchActions(
  context: DecisionContext,
  launches: readonly LaunchIntent[],
  nextId: () => string,
): LaunchAction[] {
  const { policy, nowMs, snapshot } = context;
  const deadlineMs = nowMs + policy.launch.joinTimeoutSeconds * 1000;
  return launches.map((nodeRequest) => ({
    kind: 'launch',
    operationId: nextId(),
    deadlineMs,
    ...joinWithin(nodeRequest, snapshot.operations, policy),
    ...nodeRequest,
  }));
}

/** A machine of the warm pool may take its time, and one that is started has its own. */
function joinWithin(
  { offerings, forPool, starts }: LaunchIntent,
  operations: Snapshot['operations'],
  policy: PolicyInForce['policy'],
): Pick<LaunchIntent, 'joinWithinMs'> {
  const { timeoutMs, usualMs } = joinTimesOf(operations, offerings, policy);
  const isLearned = usualMs !== undefined && forPool !== true && starts === undefined;
  return isLearned ? { joinWithinMs: timeoutMs } : {};
}

function removeActions(
  context: DecisionContext,
  removals: readonly WantedRemoval[],
  nextId: () => string,
): RemoveAction[] {
  const { drainTimeoutSeconds, graceLimitSeconds } = context.policy.shrink;
  const deadlineMs = context.nowMs + drainTimeoutSeconds * 1000;
  return removals.map((removal) => ({
    kind: 'remove',
    operationId: nextId(),
    deadlineMs,
    graceLimitSeconds,
    ...untakenOf(removal, context),
    ...removal,
  }));
}

/** What the node was bought for and never took, so that it is remembered once the node is gone. */
function untakenOf(
  { instanceId }: WantedRemoval,
  { snapshot, nowMs }: DecisionContext,
): Pick<RemoveAction, 'untaken'> {
  const node = snapshot.nodes.find((one) => one.instanceId === instanceId);
  if (node === undefined) return {};
  const untaken = untakenShapes(node, snapshot, waitingPods(snapshot.pods, 0, nowMs).counting);
  return untaken.length === 0 ? {} : { untaken };
}

function suspendedRefusal(action: LaunchAction | RemoveAction | ExpediteRemovalAction): Refusal {
  const why = action.reasons.map((reason) => reason.text).join('; ');
  const reason: Reason = {
    code: 'suspended',
    text: `${SUSPENDED.text}; otherwise: ${action.kind} because ${why}`,
  };
  if (action.kind === 'launch') return { what: 'grow', reason };
  return { what: 'shrink', subject: action.nodeName, reason };
}

function retainedBySuspension(context: DecisionContext): Plan['kept'] {
  return context.fleet.workers.flatMap(({ node }) =>
    node === undefined ? [] : [{ nodeName: node.name, reason: SUSPENDED }],
  );
}
