import { type Offering, offeringKey } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import { bounded } from '../bounds.ts';
import { type FleetMix, mixOf, nextLifecycle, spotTarget, withWorker } from '../choice.ts';
import { expectedCpuPercent } from '../expected-cost.ts';
import type { Worker } from '../fleet.ts';
import type { Growth } from '../growth.ts';
import type { LaunchWish } from '../launch-wish.ts';
import { brakeOf } from '../shrink/brakes.ts';
import { evictablePods } from '../shrink/protections.ts';
import type { Situation } from '../situation.ts';
import { percentText } from '../wording.ts';
import { costOfWorker, sumKnown } from '../worker-cost.ts';
import { candidateSets } from './candidate-sets.ts';
import { packElsewhere } from './pack-elsewhere.ts';

/** CPU must stay so far below the threshold at which the fleet grows, or it would grow again at once. */
const CPU_MARGIN_POINTS = 10;
const SECONDS_PER_HOUR = 3_600;
const NOTHING: readonly LaunchWish[] = [];

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
  situation: Situation,
  growth: Growth,
  round: { readonly isAborting: boolean; readonly repairs: readonly string[] },
): readonly LaunchWish[] {
  if (!situation.policy.consolidation.enabled) return NOTHING;
  if (brakeOf({ situation, growth, purpose: 'replacement', ...round }) !== undefined) return NOTHING;
  // Unknown is never zero: without a measured load nothing says that less capacity is enough.
  if (situation.snapshot.utilization.cpuPercent.status !== 'known') return NOTHING;
  const best = candidateSets(situation)
    .map((leaving) => replacementOf(leaving, situation, growth))
    .filter((found) => found !== undefined)
    .reduce<Replacement | undefined>((a, b) => (a === undefined || b.gainUsd > a.gainUsd ? b : a), undefined);
  if (best === undefined) return NOTHING;
  const wishes = wishesFor(best);
  // Half a replacement would be pure cost.
  return bounded(situation, wishes).wishes.length === wishes.length ? wishes : NOTHING;
}

function replacementOf(
  leaving: readonly Worker[],
  situation: Situation,
  growth: Growth,
): Replacement | undefined {
  const { policy, fleet } = situation;
  const oldCost = sumKnown(leaving.map((worker) => costOfWorker(worker, situation)));
  if (oldCost === undefined) return undefined;
  const onNode = evictablePods(situation.snapshot.pods);
  const pods = leaving.flatMap((worker): readonly Pod[] => onNode.get(worker.id) ?? []);
  const staying = fleet.workers.filter((worker) => !leaving.includes(worker));
  const offerings = packElsewhere(pods, { leaving, situation, buyable: buyableAfter(staying, situation) });
  if (offerings === undefined || offerings.length === 0) return undefined;
  const after = staying.length + offerings.length;
  if (after < growth.floor.shrinkFloor || !keepsRules(staying, offerings, situation)) return undefined;
  if (!carriesLoad(leaving, offerings, situation)) return undefined;
  const costUsdPerHour = sumKnown(offerings.map((offering) => situation.costOf(offering)?.totalUsdPerHour));
  if (costUsdPerHour === undefined) return undefined;
  const savingUsdPerHour = oldCost - costUsdPerHour;
  const { consolidation } = policy;
  if (savingUsdPerHour < (consolidation.minSavingPercent / 100) * oldCost) return undefined;
  const overlapUsd = (costUsdPerHour * policy.launch.joinTimeoutSeconds) / SECONDS_PER_HOUR;
  const disruptionUsd = pods.length * consolidation.podMoveUsd + overlapUsd;
  const gainUsd = savingUsdPerHour * consolidation.horizonHours - disruptionUsd;
  if (gainUsd <= 0) return undefined;
  return { leaving, offerings, savingUsdPerHour, gainUsd, costUsdPerHour, moves: pods.length };
}

/** What may be bought now: resting offerings are left out, and of the lifecycles the one that the share asks for next. */
function buyableAfter(staying: readonly Worker[], situation: Situation): readonly Offering[] {
  const lifecycle = nextLifecycle(mixOf(staying), situation.policy.spot);
  return situation.snapshot.offerings.filter(
    (offering) => offering.lifecycle === lifecycle && situation.restOf(offeringKey(offering)) === undefined,
  );
}

/** The share of spot, the on-demand base and the workers of each zone are as the policy wants them, or no worse than now. */
function keepsRules(
  staying: readonly Worker[],
  offerings: readonly Offering[],
  { policy, fleet }: Situation,
): boolean {
  const now = mixOf(fleet.workers);
  const after = offerings.reduce<FleetMix>(withWorker, mixOf(staying));
  if (after.spot > Math.max(spotTarget(after.total, policy.spot), now.spot)) return false;
  const base = Math.min(policy.spot.onDemandBase, now.total - now.spot);
  if (after.total - after.spot < base) return false;
  return policy.instances.zones.every((zone) => {
    const wanted = Math.min(policy.nodes.minPerZone, now.byZone.get(zone) ?? 0);
    return (after.byZone.get(zone) ?? 0) >= wanted;
  });
}

/** Whether the measured load, spread over what is left, stays well below the threshold of growth. */
function carriesLoad(
  leaving: readonly Worker[],
  offerings: readonly Offering[],
  { policy, fleet, snapshot, nowMs }: Situation,
): boolean {
  const cpuOf = (worker: Worker) => worker.node?.allocatable.cpuMillis ?? 0;
  const before = fleet.workers.reduce((sum, worker) => sum + cpuOf(worker), 0);
  const lost = leaving.reduce((sum, worker) => sum + cpuOf(worker), 0);
  const gained = offerings.reduce((sum, offering) => sum + offering.allocatable.cpuMillis, 0);
  const after = before - lost + gained;
  if (after <= 0) return false;
  const percent = (expectedCpuPercent(snapshot.utilization.cpuPercent, policy, nowMs) * before) / after;
  return percent <= policy.utilization.cpu.upPercent - CPU_MARGIN_POINTS;
}

function wishesFor(replacement: Replacement): readonly LaunchWish[] {
  const consolidates = replacement.leaving.map(({ id }) => id).sort();
  return replacement.offerings.map((offering) => ({
    offerings: [offeringKey(offering)],
    nominatedPods: [],
    reasons: [whyReplaced(replacement)],
    startsCooldown: false,
    consolidates,
  }));
}

function whyReplaced({
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
