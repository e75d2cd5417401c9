import type { LaunchIntent } from '../../model/intent.ts';
import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { type Offering, offeringKey } from '../../model/offering.ts';
import type { Refusal } from '../../model/plan.ts';
import type { Reason } from '../../model/reason.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import type { Worker } from '../state/fleet.ts';
import { earliest } from '../text/earliest-time.ts';
import { secondsText } from '../text/wording.ts';
import { type FleetMix, mixOf, nextLifecycle, rankOfferings, withWorker } from './choice.ts';
import type { NodeRequest, PackedRequest } from './demands/demand-source.ts';

/** The fleet's list of workers is the same round after round while none changes. */
const mixOfFleet = memoizeByIdentity((workers: readonly Worker[]): FleetMix => mixOf(workers));

/** Turns the requests of one demand after another into launches, each by the mix that those before it leave. */
export class LaunchPlanner {
  readonly launches: LaunchIntent[] = [];
  readonly refusals: Refusal[] = [];
  /** Whether anything was asked for, granted or not. */
  isWanted = false;
  wakeAtMs: number | undefined;
  readonly #situation: DecisionContext;
  #mix: FleetMix;

  constructor(context: DecisionContext) {
    this.#situation = context;
    this.#mix = mixOfFleet(context.fleet.workers);
  }

  /** The fleet with what was asked for so far. */
  get mix(): FleetMix {
    return this.#mix;
  }

  /** Takes a node as it was packed. */
  take({ wish: nodeRequest, offering }: PackedRequest): void {
    this.#mix = withWorker(this.#mix, offering);
    this.launches.push(nodeRequest);
  }

  /** Buys this many alike, the best offering first; refuses what is left once none can be bought. */
  buy(request: NodeRequest): void {
    for (let i = 0; i < request.count; i += 1) {
      if (!this.#buyOne(request)) {
        this.#refuseForLackOfOfferings(request.reasons);
        return;
      }
    }
  }

  #buyOne({ count: _count, offerings, lifecycle, ...nodeRequest }: NodeRequest): boolean {
    const { costOf, policy, isUnproven } = this.#situation;
    const ranked = rankOfferings(offerings, {
      lifecycle: lifecycle ?? nextLifecycle(this.#mix, policy.spot),
      mix: this.#mix,
      spreadPercent: policy.spot.spreadPercent,
      costOf: (offering: Offering) => costOf(offering)?.totalUsdPerHour,
      isUnproven,
    });
    const [first] = ranked;
    if (first === undefined) return false;
    this.isWanted = true;
    this.#mix = withWorker(this.#mix, first);
    this.launches.push({ ...nodeRequest, offerings: ranked.map(offeringKey), nominatedPods: [] });
    return true;
  }

  #refuseForLackOfOfferings(reasons: readonly Reason[]): void {
    const { snapshot, unavailableUntil, nowMs } = this.#situation;
    this.isWanted = true;
    const unavailable = snapshot.offerings
      .map((offering) => unavailableUntil(offeringKey(offering)))
      .filter((rest) => rest !== undefined);
    const first = unavailable.sort((a, b) => a.untilMs - b.untilMs)[0];
    const why = reasons.map((reason) => reason.text).join('; ');
    const text =
      first === undefined
        ? `${why}: no offering is known for the policy's types and zones`
        : `${why}: all ${unavailable.length} offerings are unavailable (${first.why}), the first for another ${secondsText(first.untilMs - nowMs)}`;
    this.refusals.push({
      what: 'grow',
      reason: { code: 'no-offering', text, facts: { resting: unavailable.length } },
    });
    this.wakeAtMs = earliest(this.wakeAtMs, first?.untilMs);
  }
}
