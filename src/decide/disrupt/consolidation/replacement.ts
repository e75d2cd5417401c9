import type { LaunchIntent } from '../../../model/intent.ts';
import { type Offering, offeringKey } from '../../../model/offering.ts';
import type { Pod } from '../../../model/pod.ts';
import type { Reason } from '../../../model/reason.ts';
import type { PresentNode } from '../../../packing/model.ts';
import { bounded } from '../../launch/bounds.ts';
import {
  type FleetMix,
  mixOf,
  nextLifecycle,
  spotTarget,
  withWorker,
  zoneSpread,
} from '../../launch/choice.ts';
import type { Growth } from '../../launch/growth.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { fleetLayout, readyAlone } from '../../state/fleet-layout.ts';
import type { Worker } from '../../state/fleet.ts';
import { offeringOfWorker } from '../../state/offering-of-worker.ts';
import { surplusCredits } from '../../state/surplus-credits.ts';
import { costOfWorker, sumKnown } from '../../state/worker-cost.ts';
import { percentText } from '../../text/wording.ts';
import { disruptionBlockerOf } from '../rules/disruption-blockers.ts';
import { overloadAfter } from '../rules/projected-load.ts';
import { evictablePods } from '../rules/protections.ts';
import { candidateSets, LOOK_EVERY_MS } from './candidate-sets.ts';
import { isEvaluationDue, worthUsd } from './net-gain.ts';
import { packElsewhere } from './pack-elsewhere.ts';

const NOTHING: readonly LaunchIntent[] = [];

interface Replacement {
  readonly leaving: readonly Worker[];
  readonly offerings: readonly Offering[];
  /** What it saves in an hour, and over the policy's horizon less what the disruption costs. */
  readonly savingUsdPerHour: number;
  readonly gainUsd: number;
  readonly costUsdPerHour: number;
  readonly moves: number;
}

/**
 * The launches that replace workers by fewer or cheaper ones (n → m, 1 → 2 included), or none. The new ones come first; the old
 * go once all of them are ready, each by the same proof as any removal. Worth it when the saving over `horizonHours` exceeds the
 * disruption: `saving × horizon − moves × podMoveUsd − new cost × join time`, and is at least `minSavingPercent` of the old cost.
 */
export function planReplacement(
  context: DecisionContext,
  growth: Growth,
  round: { readonly isAborting: boolean; readonly repairs: readonly string[] },
): readonly LaunchIntent[] {
  if (!context.policy.consolidation.enabled || !isEvaluationDue(context, LOOK_EVERY_MS)) return NOTHING;
  if (disruptionBlockerOf({ situation: context, growth, purpose: 'replacement', ...round }) !== undefined)
    return NOTHING;
  const sets = candidateSets(context, growth.stuckPodHold);
  if (sets.length === 0) return NOTHING;
  const evaluation: EvaluationContext = {
    situation: context,
    growth,
    room: readyAlone(fleetLayout(context), context),
    movable: evictablePods(context.snapshot.pods),
  };
  const best = sets
    .map((leaving) => replacementOf(leaving, evaluation))
    .filter((found) => found !== undefined)
    .reduce<Replacement | undefined>((a, b) => (a === undefined || b.gainUsd > a.gainUsd ? b : a), undefined);
  if (best === undefined) return NOTHING;
  const nodeRequests = nodeRequestsFor(best);
  // Half a replacement would be pure cost.
  return bounded(context, nodeRequests).nodeRequests.length === nodeRequests.length ? nodeRequests : NOTHING;
}

/** What all sets of one look share. */
interface EvaluationContext {
  readonly situation: DecisionContext;
  readonly growth: Growth;
  /** Every node, the ready ones open. */
  readonly room: readonly PresentNode[];
  /** What a drain would move, by node. */
  readonly movable: ReadonlyMap<string, readonly Pod[]>;
}

function replacementOf(leaving: readonly Worker[], evaluation: EvaluationContext): Replacement | undefined {
  const { situation: context, room, movable } = evaluation;
  const oldCost = sumKnown(leaving.map((worker) => costOfWorker(worker, context)));
  if (oldCost === undefined) return undefined;
  const staying = context.fleet.workers.filter((worker) => !leaving.includes(worker));
  const buyable = buyableAfter(staying, context);
  const pods = leaving.flatMap((worker): readonly Pod[] => movable.get(worker.id) ?? []);
  // At least one node is bought, so the cheapest bounds what can be saved: most sets need no packing to be ruled out.
  const cheapest = Math.min(...buyable.map((offering) => costOf(offering, context)));
  if (netGain({ oldCost, newCost: cheapest, moves: pods.length }, context) === undefined) return undefined;
  const offerings = packElsewhere(pods, { leaving, situation: context, buyable, room });
  if (offerings === undefined || offerings.length === 0) return undefined;
  if (staying.length + offerings.length < evaluation.growth.keepsAtLeast) return undefined;
  if (!satisfiesFleetRules(staying, offerings, context)) return undefined;
  const gained = offerings.map(({ allocatable }) => allocatable);
  if (overloadAfter({ leaving, gained }, context) !== undefined) return undefined;
  const costUsdPerHour =
    offerings.reduce((sum, offering) => sum + costOf(offering, context), 0) +
    surplusOfOthers(leaving, offerings, context);
  const gainUsd = netGain({ oldCost, newCost: costUsdPerHour, moves: pods.length }, context);
  if (gainUsd === undefined) return undefined;
  const savingUsdPerHour = oldCost - costUsdPerHour;
  return { leaving, offerings, savingUsdPerHour, gainUsd, costUsdPerHour, moves: pods.length };
}

/**
 * What the other workers are charged more for surplus credits when the load of those that leave falls to fewer vCPUs, USD an hour; less
 * than zero when there are more. The cost of each worker has its own surplus at the load of now.
 */
function surplusOfOthers(
  leaving: readonly Worker[],
  offerings: readonly Offering[],
  context: DecisionContext,
): number {
  const credits = context.policy.cost.sizeByCredits ? surplusCredits(context) : undefined;
  if (credits === undefined) return 0;
  const change =
    credits.usdPerHour({ without: leaving, others: offerings }).atHighest - credits.usdPerHour({}).atHighest;
  const own = (some: readonly (Offering | undefined)[]) =>
    some.reduce(
      (sum, offering) =>
        sum + (offering === undefined ? 0 : (context.costOf(offering)?.surplusUsdPerHour ?? 0)),
      0,
    );
  const left = leaving.map((worker) => offeringOfWorker(worker, context.snapshot.offerings));
  return change - own(offerings) + own(left);
}

/** Unknown is never cheap. */
function costOf(offering: Offering, context: DecisionContext): number {
  return context.costOf(offering)?.totalUsdPerHour ?? Number.POSITIVE_INFINITY;
}

/** What it gains in USD, or `undefined` when it is not worth it. */
function netGain(
  { oldCost, newCost, moves }: { readonly oldCost: number; readonly newCost: number; readonly moves: number },
  { policy }: DecisionContext,
): number | undefined {
  if (!(oldCost - newCost >= (policy.consolidation.minSavingPercent / 100) * oldCost)) return undefined;
  const gainUsd = worthUsd({ oldUsd: oldCost, newUsd: newCost, moves }, policy);
  return gainUsd > 0 ? gainUsd : undefined;
}

/** What may be bought now: resting offerings are left out, and of the lifecycles the one that the share asks for next. */
function buyableAfter(staying: readonly Worker[], context: DecisionContext): readonly Offering[] {
  const lifecycle = nextLifecycle(mixOf(staying), context.policy.spot);
  return context.snapshot.offerings.filter(
    (offering) =>
      offering.lifecycle === lifecycle && context.unavailableUntil(offeringKey(offering)) === undefined,
  );
}

/** The share of spot, the on-demand base and the workers of each zone are as the policy wants them, or no worse than now. */
function satisfiesFleetRules(
  staying: readonly Worker[],
  offerings: readonly Offering[],
  { policy, fleet }: DecisionContext,
): boolean {
  const now = mixOf(fleet.workers);
  const after = offerings.reduce<FleetMix>(withWorker, mixOf(staying));
  if (after.spot > Math.max(spotTarget(after.total, policy.spot), now.spot)) return false;
  const base = Math.min(policy.spot.onDemandBase, now.total - now.spot);
  if (after.total - after.spot < base) return false;
  const { zones } = policy.instances;
  if (zoneSpread(after, zones) > Math.max(1, zoneSpread(now, zones))) return false;
  return zones.every((zone) => {
    const wanted = Math.min(policy.nodes.minPerZone, now.byZone.get(zone) ?? 0);
    return (after.byZone.get(zone) ?? 0) >= wanted;
  });
}

function nodeRequestsFor(replacement: Replacement): readonly LaunchIntent[] {
  const consolidates = replacement.leaving.map(({ id }) => id).sort();
  return replacement.offerings.map((offering) => ({
    offerings: [offeringKey(offering)],
    nominatedPods: [],
    reasons: [replacementReason(replacement)],
    startsCooldown: false,
    consolidates,
  }));
}

function replacementReason({
  leaving,
  offerings,
  savingUsdPerHour,
  costUsdPerHour,
  gainUsd,
  moves,
}: Replacement): Reason {
  const old = leaving.map((worker) => `${worker.id} (${worker.type ?? 'unknown'})`).join(', ');
  const fresh = offerings.map((offering) => `${offering.type} ${offering.lifecycle}`).join(', ');
  const share = percentText((100 * savingUsdPerHour) / (savingUsdPerHour + costUsdPerHour));
  const text = `${old} can be replaced by ${fresh}: saves ${savingUsdPerHour.toFixed(4)} USD/h (${share}), ${gainUsd.toFixed(3)} USD after the cost of moving ${moves} pods`;
  return { code: 'consolidation', text, facts: { savingUsdPerHour, gainUsd, moves } };
}
