import { type Offering, type OfferingKey, offeringKey } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import { neverFits } from '../../packing/never-fits.ts';
import { type ExpectedCost } from '../state/expected-cost.ts';
import type { Situation } from '../state/situation.ts';
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
export function compareOfferings(pod: Pod, situation: Situation): readonly ComparedOffering[] {
  return situation.snapshot.offerings
    .map((offering) => compared(pod, offering, situation))
    .sort(
      (a, b) =>
        Number(a.why !== undefined) - Number(b.why !== undefined) ||
        (a.cost?.totalUsdPerHour ?? Number.MAX_VALUE) - (b.cost?.totalUsdPerHour ?? Number.MAX_VALUE) ||
        (a.offering < b.offering ? -1 : 1),
    );
}

function compared(pod: Pod, offering: Offering, situation: Situation): ComparedOffering {
  const { snapshot, restOf, nowMs } = situation;
  const key = offeringKey(offering);
  const cost = situation.costOf(offering);
  const priced = cost === undefined ? { offering: key } : { offering: key, cost };
  const refused = neverFits(pod, { offerings: [offering], daemons: snapshot.daemons });
  if (refused !== undefined) return { ...priced, why: refused.reason.text };
  const rest = restOf(key);
  if (rest === undefined) return priced;
  return { ...priced, why: `rests for another ${secondsText(rest.untilMs - nowMs)}: ${rest.why}` };
}
