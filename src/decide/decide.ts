import type { LaunchIntent } from '../model/intent.ts';
import type {
  AbortAction,
  AbortRemovalAction,
  HastenRemovalAction,
  LaunchAction,
  Plan,
  Refusal,
  RemoveAction,
} from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { KnownSolutions } from '../packing/known-solutions.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';
import { planAborts, SUSPENDED } from './disrupt/aborts.ts';
import { type Disruptions, disrupt } from './disrupt/disrupt.ts';
import { ANNOUNCED_METHODS, CHOSEN_METHODS, POOL_METHODS } from './disruption-methods.ts';
import { type Growth, planGrowth } from './launch/growth.ts';
import type { WantedRemoval } from './state/disruption.ts';
import { type Situation, takeStock } from './state/situation.ts';
import { decisionIdOf, operationIds } from './text/ids.ts';
import { earliest } from './text/wake.ts';
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
  const announced = disrupt(ANNOUNCED_METHODS, { situation: before }, { removed: [], named: [] });
  const wanted = planGrowth(before, announced.replacements);
  const aborts = [...planAborts(before, wanted, announced.hastened), ...announced.calledOff];
  const turned = aborts.filter((abort) => abort.kind === 'abort-removal');
  const situation = turned.length === 0 ? before : takeStock(inForce, snapshot, { nowMs, turned, solve });
  const growth = turned.length === 0 ? wanted : planGrowth(situation, announced.replacements);
  const round: Round = { situation, growth, aborts, turned, announced };
  const { launches, removals, ...chosen } = chooseDisruptions(round);
  const { suspend, nodes } = inForce.policy;
  const decisionId = decisionIdOf(nowMs, inForce.identity);
  const nextId = operationIds(decisionId, snapshot.operations);
  const actions = [
    ...launchActions(situation, launches, nextId),
    ...removeActions(situation, removals, nextId),
    ...announced.hastened,
  ];
  const refusals = [...growth.refusals, ...announced.refusals, ...chosen.refusals];
  const have = situation.fleet.workers.length - givenUp(aborts, situation);
  const wakeAtMs = wakeOf(inForce, [growth.wakeAtMs, chosen.wakeAtMs]);
  return {
    decisionId,
    decidedAtMs: nowMs,
    policy: inForce.identity,
    demands: growth.demands,
    currentNodes: before.fleet.workers.length,
    desiredNodes: Math.min(
      nodes.max,
      suspend ? have : have + growth.launches.length - workersAmong(removals, situation),
    ),
    actions: suspend ? aborts : [...aborts, ...actions],
    refusals: suspend ? [...actions.map(suspendedRefusal), ...refusals] : refusals,
    kept: suspend ? keptBySuspension(situation) : chosen.kept,
    ...(chosen.warmPool !== undefined && { warmPool: chosen.warmPool }),
    ...(wakeAtMs !== undefined && wakeAtMs > nowMs && { wakeAtMs }),
  };
}

/** What is settled before we choose what else goes. */
interface Round {
  readonly situation: Situation;
  readonly growth: Growth;
  readonly aborts: readonly AbortAction[];
  readonly turned: readonly AbortRemovalAction[];
  readonly announced: Disruptions;
}

/** What goes and what is bought in all: by announcements and demands, by choice, and for the warm pool where nothing else changes. */
function chooseDisruptions({ situation, growth, aborts, turned, announced }: Round): Disruptions {
  const context = { situation, growth, isAborting: aborts.length > 0 };
  const named = namesOf([...turned, ...announced.hastened]);
  const chosen = disrupt(CHOSEN_METHODS, context, { removed: namesOf(announced.removals), named });
  const launches = [...withWarmStarts(growth.launches, situation), ...chosen.launches];
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

function namesOf(nodes: readonly { readonly nodeName: string }[]): readonly string[] {
  return nodes.map(({ nodeName }) => nodeName);
}

/** How many of these nodes count as workers now; what is doomed or dead does not. */
function workersAmong(removals: readonly WantedRemoval[], { fleet }: Situation): number {
  const going = new Set(namesOf(removals));
  return fleet.workers.filter(({ node }) => node !== undefined && going.has(node.name)).length;
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
  launches: readonly LaunchIntent[],
  nextId: () => string,
): LaunchAction[] {
  const deadlineMs = situation.nowMs + situation.policy.launch.joinTimeoutSeconds * 1000;
  return launches.map((wish) => ({ kind: 'launch', operationId: nextId(), deadlineMs, ...wish }));
}

function removeActions(
  situation: Situation,
  removals: readonly WantedRemoval[],
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
  const reason: Reason = {
    code: 'suspended',
    text: `${SUSPENDED.text}; otherwise: ${action.kind} because ${why}`,
  };
  if (action.kind === 'launch') return { what: 'grow', reason };
  return { what: 'shrink', subject: action.nodeName, reason };
}

function keptBySuspension(situation: Situation): Plan['kept'] {
  return situation.fleet.workers.flatMap(({ node }) =>
    node === undefined ? [] : [{ nodeName: node.name, reason: SUSPENDED }],
  );
}
