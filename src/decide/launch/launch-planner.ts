import type { LaunchIntent } from '../../model/intent.ts';
import { type Offering, offeringKey } from '../../model/offering.ts';
import type { Refusal } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { Situation } from '../state/situation.ts';
import { earliest } from '../text/wake.ts';
import { secondsText } from '../text/wording.ts';
import { type FleetMix, mixOf, nextLifecycle, rankOfferings, withWorker } from './choice.ts';
import type { NodeRequest, PackedRequest } from './demands/demand-source.ts';

/** Turns the requests of one demand after another into launches, each by the mix that those before it leave. */
export class LaunchPlanner {
  readonly launches: LaunchIntent[] = [];
  readonly refusals: Refusal[] = [];
  /** Whether anything was asked for, granted or not. */
  isWanted = false;
  wakeAtMs: number | undefined;
  readonly #situation: Situation;
  #mix: FleetMix;

  constructor(situation: Situation) {
    this.#situation = situation;
    this.#mix = mixOf(situation.fleet.workers);
  }

  /** The fleet with what was asked for so far. */
  get mix(): FleetMix {
    return this.#mix;
  }

  /** Takes a node as it was packed. */
  take({ wish, offering }: PackedRequest): void {
    this.#mix = withWorker(this.#mix, offering);
    this.launches.push(wish);
  }

  /** Buys so many alike, the best offering first; refuses what is left once none can be bought. */
  buy(request: NodeRequest): void {
    for (let i = 0; i < request.count; i += 1) {
      if (!this.#buyOne(request)) {
        this.#refuseForLackOfOfferings(request.reasons);
        return;
      }
    }
  }

  #buyOne({ count: _count, offerings, lifecycle, ...wish }: NodeRequest): boolean {
    const { costOf, policy } = this.#situation;
    const ranked = rankOfferings(offerings, {
      lifecycle: lifecycle ?? nextLifecycle(this.#mix, policy.spot),
      mix: this.#mix,
      spreadPercent: policy.spot.spreadPercent,
      costOf: (offering: Offering) => costOf(offering)?.totalUsdPerHour,
    });
    const [first] = ranked;
    if (first === undefined) return false;
    this.isWanted = true;
    this.#mix = withWorker(this.#mix, first);
    this.launches.push({ ...wish, offerings: ranked.map(offeringKey), nominatedPods: [] });
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
