import { type Offering, type OfferingKey, offeringKey } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import { unschedulableReason } from '../../packing/unschedulable-reason.ts';
import type { DecisionContext } from '../state/decision-context.ts';
import { type ExpectedCost } from '../state/expected-cost.ts';
import { secondsText } from '../text/wording.ts';

/** One offering as a candidate for a pod. */
export interface ComparedOffering {
  readonly offering: OfferingKey;
  /** In parts; absent where the price is not known. */
  readonly cost?: ExpectedCost;
  /** Why it does not come into question; absent where it does. */
  readonly why?: string;
}

/** Every offering of the policy, those that would do first, by expected cost. */
export function compareOfferings(pod: Pod, context: DecisionContext): readonly ComparedOffering[] {
  return context.snapshot.offerings
    .map((offering) => compared(pod, offering, context))
    .sort(
      (a, b) =>
        Number(a.why !== undefined) - Number(b.why !== undefined) ||
        (a.cost?.totalUsdPerHour ?? Number.MAX_VALUE) - (b.cost?.totalUsdPerHour ?? Number.MAX_VALUE) ||
        (a.offering < b.offering ? -1 : 1),
    );
}

function compared(pod: Pod, offering: Offering, context: DecisionContext): ComparedOffering {
  const { snapshot, unavailableUntil, nowMs } = context;
  const key = offeringKey(offering);
  const cost = context.costOf(offering);
  const priced = cost === undefined ? { offering: key } : { offering: key, cost };
  const refused = unschedulableReason(pod, { offerings: [offering], daemons: snapshot.daemons });
  if (refused !== undefined) return { ...priced, why: refused.reason.text };
  const rest = unavailableUntil(key);
  if (rest === undefined) return priced;
  return { ...priced, why: `is unavailable for another ${secondsText(rest.untilMs - nowMs)}: ${rest.why}` };
}
