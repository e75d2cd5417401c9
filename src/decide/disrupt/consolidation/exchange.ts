import type { LaunchIntent } from '../../../model/intent.ts';
import { type Offering, offeringKey } from '../../../model/offering.ts';
import type { Reason } from '../../../model/reason.ts';
import { bounded } from '../../launch/bounds.ts';
import { mixOf } from '../../launch/choice.ts';
import type { Growth } from '../../launch/growth.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { fleetLayout, readyAlone } from '../../state/fleet-layout.ts';
import type { Worker } from '../../state/fleet.ts';
import { failedReplacements, isReplacing, replacedNodes } from '../../state/replaced-nodes.ts';
import { costOfWorker } from '../../state/worker-cost.ts';
import { disruptionBlockerOf } from '../rules/disruption-blockers.ts';
import { earningWorkers } from '../rules/earning-workers.ts';
import { overloadAfter } from '../rules/projected-load.ts';
import { evictablePods, protectionsFor } from '../rules/protections.ts';
import { isLoadLow } from '../rules/unneeded-workers.ts';
import { LOOK_EVERY_MS } from './candidate-sets.ts';
import { isEvaluationDue, worthUsd } from './net-gain.ts';
import { packElsewhere } from './pack-elsewhere.ts';

const NOTHING: readonly LaunchIntent[] = [];
/** Pairs that are looked at in one round: each is packed anew. */
const MAX_PAIRS = 8;

/** Two workers that keep each other: one is of the on-demand base, the other the last of its zone. */
interface Pair {
  readonly based: Worker;
  readonly last: Worker;
}

/**
 * The launch that frees two workers which keep each other, or none. The on-demand base stands in one zone, the last worker of
 * another is spot: neither may go, though one worker fewer would do. An on-demand worker in the zone of the spot one takes the place
 * of both. It is bought first, and the two go once it is ready.
 */
export function planExchange(
  context: DecisionContext,
  growth: Growth,
  round: { readonly isAborting: boolean; readonly repairs: readonly string[] },
): readonly LaunchIntent[] {
  const { policy, fleet } = context;
  if (!policy.consolidation.enabled || !isEvaluationDue(context, LOOK_EVERY_MS)) return NOTHING;
  if (fleet.workers.length <= growth.keepsAtLeast) return NOTHING;
  if (disruptionBlockerOf({ situation: context, growth, purpose: 'replacement', ...round }) !== undefined)
    return NOTHING;
  const isLow = isLoadLow(growth);
  for (const pair of pairsIn(context, growth)) {
    const launch = exchangeFor(pair, isLow, context);
    if (launch !== undefined) return bounded(context, [launch]).nodeRequests;
  }
  return NOTHING;
}

function pairsIn(context: DecisionContext, { stuckPodHold }: Growth): readonly Pair[] {
  if (isReplacing(context) || replacedNodes(context).size > 0) return [];
  const { policy, fleet } = context;
  const ready = fleet.workers.filter(
    ({ condition, node }) => condition === 'ready' && node !== undefined && stuckPodHold(node) === undefined,
  );
  const { byZone } = mixOf(ready);
  const protections = protectionsFor(context);
  const failed = failedReplacements(context);
  const heldBy = (code: Reason['code']) => (worker: Worker) => {
    const [first, ...others] = protections.all(worker);
    return first?.code === code && others.length === 0 && !failed.has(worker.id);
  };
  // What would be left of the zone of the first without it; that of the other gets a new worker.
  const isSpare = ({ zone }: Worker) => (byZone.get(zone ?? '') ?? 0) > policy.nodes.minPerZone;
  const based = ready.filter(heldBy('on-demand-base')).filter(isSpare);
  const last = ready.filter(heldBy('last-in-zone')).filter(({ lifecycle }) => lifecycle === 'spot');
  return based.flatMap((one) => last.map((other) => ({ based: one, last: other }))).slice(0, MAX_PAIRS);
}

function exchangeFor(
  { based, last }: Pair,
  isLow: boolean,
  context: DecisionContext,
): LaunchIntent | undefined {
  const leaving = [based, last];
  // What is worth its price in CPU credits would be bought again.
  if (earningWorkers(context)(last, []) !== undefined) return undefined;
  const buyable = context.snapshot.offerings.filter(
    (offering) =>
      offering.lifecycle === 'on-demand' &&
      offering.zone === last.zone &&
      context.unavailableUntil(offeringKey(offering)) === undefined,
  );
  const movable = evictablePods(context.snapshot.pods);
  const pods = leaving.flatMap(({ id }) => movable.get(id) ?? []);
  const room = readyAlone(fleetLayout(context), context);
  const needed = packElsewhere(pods, { leaving, situation: context, buyable, room });
  const offering = needed?.[0] ?? cheapestOf(buyable, context);
  if (needed === undefined || needed.length > 1 || offering === undefined) return undefined;
  if (overloadAfter({ leaving, gained: [offering.allocatable], isLow }, context) !== undefined)
    return undefined;
  const oldUsd = leaving.map((worker) => costOfWorker(worker, context) ?? 0).reduce((a, b) => a + b);
  const newUsd = context.costOf(offering)?.totalUsdPerHour ?? Number.POSITIVE_INFINITY;
  const gainUsd = worthUsd({ oldUsd, newUsd, moves: pods.length }, context.policy);
  if (!(gainUsd > 0)) return undefined;
  const text = `${based.id} is of the on-demand base and ${last.id} is the last of ${last.zone ?? 'its zone'}, so neither could go: one on-demand worker there takes the place of both, which saves ${(oldUsd - newUsd).toFixed(4)} USD/h`;
  return {
    offerings: [offeringKey(offering)],
    nominatedPods: [],
    reasons: [{ code: 'consolidation', text, facts: { gainUsd, moves: pods.length } }],
    startsCooldown: false,
    consolidates: [based.id, last.id].sort(),
  };
}

function cheapestOf(offerings: readonly Offering[], { costOf }: DecisionContext): Offering | undefined {
  const priced = offerings.filter((offering) => costOf(offering) !== undefined);
  const cost = (offering: Offering) => costOf(offering)?.totalUsdPerHour ?? Number.POSITIVE_INFINITY;
  return priced.toSorted((a, b) => cost(a) - cost(b) || (offeringKey(a) < offeringKey(b) ? -1 : 1))[0];
}
