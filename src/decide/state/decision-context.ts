import { isImminent } from '../../model/interruption.ts';
import { type Offering, type OfferingKey, offeringKey } from '../../model/offering.ts';
import type { AbortRemovalAction } from '../../model/plan.ts';
import type { PolicyIdentity } from '../../model/policy-identity.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Solve } from '../../packing/solution-cache.ts';
import { solve } from '../../packing/solve.ts';
import type { PolicyInForce } from '../../policy/policy-in-force.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import { type Cooldowns, cooldownsOf } from './cooldowns.ts';
import { type ExpectedCost, expectedCost, expectedCpuPercent } from './expected-cost.ts';
import { failingPools, isDoubted } from './failing-pools.ts';
import { type Fleet, fleetOf } from './fleet.ts';
import { type LaunchPause, launchPauseOf } from './launch-pause.ts';
import { withSeenAllocatable } from './learned-offerings.ts';
import { withNodeTemplate } from './template-offerings.ts';
import { type TakenBack, type UnavailableUntil, unavailableOfferings } from './unavailable-offerings.ts';

/** All that one round of deciding looks at: what is, what the policy says, and what the ledger remembers. */
export interface DecisionContext {
  readonly policy: Policy;
  readonly identity: PolicyIdentity;
  readonly snapshot: Snapshot;
  readonly fleet: Fleet;
  readonly nowMs: number;
  readonly cooldowns: Cooldowns;
  readonly launchPause: LaunchPause | undefined;
  readonly unavailableUntil: UnavailableUntil;
  /** Whether several machines in a row of the offering's zone, or of its type, did not join of late: others are asked for first. */
  readonly isUnproven: (key: OfferingKey) => boolean;
  /** What an hour of the offering is expected to cost; `undefined` when its price is not known. */
  readonly costOf: (offering: Offering) => ExpectedCost | undefined;
  readonly solve: Solve;
}

/** Takes stock; removals that are `turned` back are seen as undone, their nodes as staying. */
export function buildDecisionContext(
  inForce: PolicyInForce,
  given: Snapshot,
  at: { readonly nowMs: number; readonly turned?: readonly AbortRemovalAction[]; readonly solve?: Solve },
): DecisionContext {
  const { policy, identity } = inForce;
  const snapshot = withNodeTemplate(withSeenAllocatable(given), policy);
  const { nowMs, turned = [] } = at;
  const cancelledRemovals = new Set(turned.map(({ operationId }) => operationId));
  const cpuPercent = expectedCpuPercent(snapshot.utilization.cpuPercent, policy, nowMs);
  const imminent = snapshot.interruptions.filter((interruption) => isImminent(interruption, nowMs));
  const announcedGone = new Set(imminent.map(({ instanceId }) => instanceId));
  const failing = failingPools(snapshot.operations, policy.instances.zones.length);
  const keepsPool = policy.warmPool !== undefined;
  const unreadyGraceMs = policy.launch.joinTimeoutSeconds * 1000;
  return {
    policy,
    identity,
    snapshot,
    nowMs,
    fleet: fleetOf(snapshot, {
      cancelledRemovals,
      unreadyGraceMs,
      nowMs,
      announcedTerminations: announcedGone,
      isPoolEnabled: keepsPool,
    }),
    cooldowns: cooldownsOf(snapshot.operations, policy.cooldown, nowMs),
    launchPause: launchPauseOf(snapshot.operations, policy, { nowMs, digest: identity.digest }),
    unavailableUntil: unavailableOfferings(snapshot.operations, policy, {
      nowMs,
      takenBack: takenBackIn(snapshot, announcedGone),
    }),
    isUnproven: (key) =>
      failing(key).some((pool) => isDoubted(pool, policy.launch.failurePauseSeconds, nowMs)),
    costOf: (offering) => expectedCost(offering, policy.cost, cpuPercent),
    solve: at.solve ?? solve,
  };
}

/** What EC2 is about to take back, as it was bought; when it said so is written down with the removal. */
function takenBackIn(
  { instances, interruptions }: Snapshot,
  announcedGone: ReadonlySet<string>,
): readonly TakenBack[] {
  if (announcedGone.size === 0 || instances.status === 'unknown') return [];
  const going = new Map(instances.value.map((instance) => [instance.id, offeringKey(instance)]));
  return interruptions.flatMap(({ instanceId, atMs }): readonly TakenBack[] => {
    const key = announcedGone.has(instanceId) ? going.get(instanceId) : undefined;
    return key === undefined ? [] : [{ key, atMs }];
  });
}
