import { type Offering, offeringKey } from '../../model/offering.ts';
import type { Demand, Refusal } from '../../model/plan.ts';
import { podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import type { Resources } from '../../model/resources.ts';
import type { LaunchWish } from '../state/launch-wish.ts';
import type { ReplacementWish } from '../state/replacement.ts';
import type { Situation } from '../state/situation.ts';
import { earliest } from '../text/wake.ts';
import { secondsText } from '../text/wording.ts';
import { bounded, repairAllowance } from './bounds.ts';
import { type FleetMix, mixOf, nextLifecycle, rankOfferings, withWorker } from './choice.ts';
import { type Floor, floorOf } from './demands/floor.ts';
import { type PendingNeed, pendingNeed } from './demands/pending.ts';
import { type UtilizationDemand, utilizationDemand } from './demands/utilization.ts';
import { zonesShort } from './demands/zone-floor.ts';

export interface Growth {
  readonly demands: readonly Demand[];
  readonly floor: Floor;
  readonly pending: PendingNeed;
  readonly utilization: UtilizationDemand;
  /** Nodes to launch now. */
  readonly launches: readonly LaunchWish[];
  /** Whether any demand wants more than there is, granted or not. */
  readonly isWanted: boolean;
  readonly refusals: readonly Refusal[];
  readonly wakeAtMs: number | undefined;
}

/** The largest of the demands, bounded: which nodes to launch now, and what was wished and refused. */
export function planGrowth(situation: Situation, replacements: readonly ReplacementWish[] = []): Growth {
  const { snapshot, restOf } = situation;
  const usable = snapshot.offerings.filter((offering) => restOf(offeringKey(offering)) === undefined);
  const floor = floorOf(situation);
  const pending = pendingNeed(situation, usable);
  const utilization = utilizationDemand(situation, pending.waiting);
  const wishes = new Wishes(situation, usable);
  wishes.replace(replacements);
  wishes.addNodes(pending, situation.policy.pending.obeysCooldown);
  wishes.repair(floor);
  wishes.fillZones();
  wishes.followLoad(utilization.demand);
  const bounds = bounded(situation, wishes.granted);
  return {
    demands: [floor.demand, pending.demand, utilization.demand],
    floor,
    pending,
    utilization,
    launches: bounds.wishes,
    isWanted: wishes.isWanted || pending.uncovered > 0,
    refusals: [...pending.refusals, ...wishes.refusals, ...bounds.refusals],
    wakeAtMs: earliest(floor.wakeAtMs, pending.wakeAtMs, wishes.wakeAtMs, bounds.wakeAtMs),
  };
}

/** Gathers wishes demand by demand; each sees the nodes that those before it asked for. */
class Wishes {
  readonly granted: LaunchWish[] = [];
  readonly refusals: Refusal[] = [];
  isWanted = false;
  wakeAtMs: number | undefined;
  readonly #situation: Situation;
  readonly #usable: readonly Offering[];
  #mix: FleetMix;

  constructor(situation: Situation, usable: readonly Offering[]) {
    this.#situation = situation;
    this.#usable = usable;
    this.#mix = mixOf(situation.fleet.workers);
  }

  /** In place of what AWS takes away, at once: no cooldown holds it back and it begins none (R21, R77). */
  replace(wishes: readonly ReplacementWish[]): void {
    for (const { replaces, lifecycle, atLeast, reason } of wishes) {
      const asLarge = this.#usable.filter(({ allocatable }) => isAtLeast(allocatable, atLeast));
      const wish = { reasons: [reason], startsCooldown: false, replaces };
      const offerings = asLarge.length > 0 ? asLarge : this.#usable;
      if (!this.#buy(offerings, wish, lifecycle)) this.#refuseForLackOfOfferings([reason]);
    }
  }

  addNodes(need: PendingNeed, startsCooldown: boolean): void {
    for (const node of need.nodes) {
      this.#mix = withWorker(this.#mix, node.offering);
      const nominatedPods = node.pods.map(podRef).sort();
      this.granted.push({
        offerings: node.offerings,
        nominatedPods,
        reasons: need.demand.reasons,
        startsCooldown,
      });
    }
    // Sizing by step may want more nodes than the pods fill; where nothing could be packed, there is nothing to buy.
    if (need.nodes.length > 0) {
      this.#generic(this.#missing(need.demand), { reasons: need.demand.reasons, startsCooldown });
    } else if (need.uncovered > 0 && need.demand.nodes !== undefined && this.#usable.length === 0) {
      this.#refuseForLackOfOfferings(need.demand.reasons);
    }
  }

  /** Repair up to the floor waits for no cooldown but obeys the launch-rate guard (R9, R21). */
  repair(floor: Floor): void {
    const missing = this.#missing(floor.demand);
    if (missing === 0) return;
    const allowance = repairAllowance(this.#situation, floor.nodes);
    if (missing > allowance.launches) {
      this.isWanted = true;
      this.refusals.push(allowance.refusal);
      this.wakeAtMs = earliest(this.wakeAtMs, allowance.wakeAtMs);
    }
    const count = Math.min(missing, allowance.launches);
    this.#generic(count, { reasons: floor.demand.reasons, startsCooldown: false });
  }

  /** One node for each zone that has too few, pinned to it; a zone where nothing can be bought is left for later (R69, R70). */
  fillZones(): void {
    const { policy } = this.#situation;
    for (const { zone, reason } of zonesShort(policy, this.#mix)) {
      // At the maximum a better balance is not worth wishing for: the wish would only hold back shrinking.
      if (this.#mix.total >= policy.nodes.max) return;
      const inZone = this.#usable.filter((offering) => offering.zone === zone);
      if (inZone.length > 0) this.#buy(inZone, { reasons: [reason], startsCooldown: false });
    }
  }

  followLoad(demand: Demand): void {
    const missing = this.#missing(demand);
    if (missing === 0) return;
    const { cooldowns, nowMs } = this.#situation;
    if (cooldowns.growthUntilMs <= nowMs) {
      this.#generic(missing, { reasons: demand.reasons, startsCooldown: true });
      return;
    }
    this.isWanted = true;
    const left = secondsText(cooldowns.growthUntilMs - nowMs);
    const why = demand.reasons.map((reason) => reason.text).join('; ');
    const text = `${why}: suppressed by the cooldown after growth for another ${left}`;
    this.refusals.push({ what: 'grow', reason: { code: 'suppressed-by-cooldown', text } });
    this.wakeAtMs = earliest(this.wakeAtMs, cooldowns.growthUntilMs);
  }

  #missing(demand: Demand): number {
    return Math.max(0, (demand.nodes ?? 0) - this.#mix.total);
  }

  #generic(count: number, wish: Pick<LaunchWish, 'reasons' | 'startsCooldown'>): void {
    for (let i = 0; i < count; i += 1) {
      if (!this.#buy(this.#usable, wish)) {
        this.#refuseForLackOfOfferings(wish.reasons);
        return;
      }
    }
  }

  #buy(
    offerings: readonly Offering[],
    wish: Omit<LaunchWish, 'offerings' | 'nominatedPods'>,
    lifecycle = nextLifecycle(this.#mix, this.#situation.policy.spot),
  ): boolean {
    const { costOf } = this.#situation;
    const ranked = rankOfferings(offerings, {
      lifecycle,
      mix: this.#mix,
      spreadPercent: this.#situation.policy.spot.spreadPercent,
      costOf: (offering) => costOf(offering)?.totalUsdPerHour,
    });
    const first = ranked[0];
    if (first === undefined) return false;
    this.isWanted = true;
    this.#mix = withWorker(this.#mix, first);
    this.granted.push({ ...wish, offerings: ranked.map(offeringKey), nominatedPods: [] });
    return true;
  }

  #refuseForLackOfOfferings(reasons: readonly Reason[]): void {
    const { snapshot, restOf, nowMs } = this.#situation;
    this.isWanted = true;
    const rests = snapshot.offerings
      .map((offering) => restOf(offeringKey(offering)))
      .filter((rest) => rest !== undefined);
    const first = rests.sort((a, b) => a.untilMs - b.untilMs)[0];
    const why = reasons.map((reason) => reason.text).join('; ');
    const text =
      first === undefined
        ? `${why}: no offering is known for the policy's types and zones`
        : `${why}: all ${rests.length} offerings rest (${first.why}), the first for another ${secondsText(first.untilMs - nowMs)}`;
    this.refusals.push({
      what: 'grow',
      reason: { code: 'no-offering', text, facts: { resting: rests.length } },
    });
    this.wakeAtMs = earliest(this.wakeAtMs, first?.untilMs);
  }
}

function isAtLeast(offered: Resources, wanted: Resources | undefined): boolean {
  if (wanted === undefined) return true;
  return offered.cpuMillis >= wanted.cpuMillis && offered.memoryMiB >= wanted.memoryMiB;
}
