import type {
  AbortAction,
  HastenRemovalAction,
  LaunchAction,
  Plan,
  Refusal,
  RemoveAction,
} from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { KnownSolutions } from '../packing/known-solutions.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import { planAborts, SUSPENDED } from './disrupt/aborts.ts';
import { planReplacement } from './disrupt/consolidation/replacement.ts';
import { replaceEarly } from './disrupt/interruptions/early-replacements.ts';
import { reactToSpotWarnings, type WantedEvacuation } from './disrupt/interruptions/spot-warnings.ts';
import { planRepair, type WantedRepair } from './disrupt/repair.ts';
import { planShrink, type WantedRemoval } from './disrupt/shrink.ts';
import { planGrowth } from './launch/growth.ts';
import { onePerNode } from './one-per-node.ts';
import type { LaunchWish } from './state/launch-wish.ts';
import { type Situation, takeStock } from './state/situation.ts';
import { decisionIdOf, operationIds } from './text/ids.ts';
import { earliest } from './text/wake.ts';
import { type PoolRemoval, planPool } from './warm-pool/upkeep.ts';
import { withWarmStarts } from './warm-pool/warm-starts.ts';

/**
 * Decides one round: what the fleet should be, what to do about it now, and why everything else is left as it is. Pure
 * and deterministic: the same policy, snapshot and time give the same plan, whatever the order of nodes and pods. `known` may
 * come from the rounds before: it saves work and changes no plan.
 */
export function decide(
  inForce: PolicyInForce,
  snapshot: Snapshot,
  nowMs: number,
  { solve }: KnownSolutions = new KnownSolutions(),
): Plan {
  const before = takeStock(inForce, snapshot, { nowMs, solve });
  const spot = reactToSpotWarnings(before);
  const early = replaceEarly(before);
  const replacements = [...spot.replacements, ...early.replacements];
  const wanted = planGrowth(before, replacements);
  const aborts = [...planAborts(before, wanted, spot.hastened), ...spot.aborts];
  const turned = aborts.filter((abort) => abort.kind === 'abort-removal');
  const situation = turned.length === 0 ? before : takeStock(inForce, snapshot, { nowMs, turned, solve });
  const growth = turned.length === 0 ? wanted : planGrowth(situation, replacements);
  const repair = planRepair(situation);
  const round = {
    isAborting: aborts.length > 0,
    repairs: [...repair.repairs, ...spot.removals, ...early.removals].map(({ nodeName }) => nodeName),
  };
  const shrink = planShrink(situation, growth, round);
  const isChanging = growth.launches.length + shrink.removals.length > 0;
  const launches = isChanging
    ? withWarmStarts(growth.launches, situation)
    : planReplacement(situation, growth, round);
  const changes = launches.length + shrink.removals.length + round.repairs.length + aborts.length;
  const pool = planPool(situation, growth, changes);
  const decisionId = decisionIdOf(nowMs, inForce.identity);
  const nextId = operationIds(decisionId, snapshot.operations);
  const removals = onePerNode(
    [...spot.removals, ...early.removals, ...repair.repairs, ...shrink.removals, ...pool.removals],
    [...turned, ...spot.hastened],
  );
  const actions = [
    ...launchActions(situation, [...launches, ...pool.launches], nextId),
    ...removeActions(situation, removals, nextId),
    ...spot.hastened,
  ];
  const refusals = [...growth.refusals, ...repair.refusals, ...early.refusals, ...shrink.refusals];
  const { suspend: suspended, nodes } = inForce.policy;
  const have = situation.fleet.workers.length - givenUp(aborts, situation);
  const wakeAtMs = wakeOf(inForce, [growth.wakeAtMs, shrink.wakeAtMs]);
  return {
    decisionId,
    decidedAtMs: nowMs,
    policy: inForce.identity,
    demands: growth.demands,
    currentNodes: before.fleet.workers.length,
    desiredNodes: Math.min(
      nodes.max,
      suspended ? have : have + growth.launches.length - shrink.removals.length - early.removals.length,
    ),
    actions: suspended ? aborts : [...aborts, ...actions],
    refusals: suspended ? [...actions.map(suspendedRefusal), ...refusals] : refusals,
    kept: suspended ? keptBySuspension(situation) : shrink.kept,
    ...pool.said,
    ...(wakeAtMs !== undefined && wakeAtMs > nowMs && { wakeAtMs }),
  };
}

/** Under a policy that only the timer drives, nothing else may set the rhythm. */
function wakeOf({ policy }: PolicyInForce, times: readonly (number | undefined)[]): number | undefined {
  return policy.loop.eventDriven ? earliest(...times) : undefined;
}

/** How many workers that count now are about to be given up. */
function givenUp(aborts: readonly AbortAction[], { fleet }: Situation): number {
  const launches = new Set(fleet.workers.map(({ launch }) => launch?.id));
  return aborts.filter(({ kind, operationId }) => kind === 'abort-launch' && launches.has(operationId))
    .length;
}

function launchActions(
  situation: Situation,
  launches: readonly LaunchWish[],
  nextId: () => string,
): LaunchAction[] {
  const deadlineMs = situation.nowMs + situation.policy.launch.joinTimeoutSeconds * 1000;
  return launches.map((wish) => ({ kind: 'launch', operationId: nextId(), deadlineMs, ...wish }));
}

function removeActions(
  situation: Situation,
  removals: readonly (WantedRemoval | WantedRepair | WantedEvacuation | PoolRemoval)[],
  nextId: () => string,
): RemoveAction[] {
  const { drainTimeoutSeconds, graceLimitSeconds } = situation.policy.shrink;
  const deadlineMs = situation.nowMs + drainTimeoutSeconds * 1000;
  return removals.map((removal) => ({
    kind: 'remove',
    operationId: nextId(),
    deadlineMs,
    graceLimitSeconds,
    ...removal,
  }));
}

function suspendedRefusal(action: LaunchAction | RemoveAction | HastenRemovalAction): Refusal {
  const why = action.reasons.map((reason) => reason.text).join('; ');
  const reason = { code: 'suspended', text: `${SUSPENDED.text}; otherwise: ${action.kind} because ${why}` };
  if (action.kind === 'launch') return { what: 'grow', reason };
  return { what: 'shrink', subject: action.nodeName, reason };
}

function keptBySuspension(situation: Situation): Plan['kept'] {
  return situation.fleet.workers.flatMap(({ node }) =>
    node === undefined ? [] : [{ nodeName: node.name, reason: SUSPENDED }],
  );
}
