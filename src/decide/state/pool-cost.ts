import { offeringKey } from '../../model/offering.ts';
import { diskUsdPerHourOf } from './expected-cost.ts';
import type { PoolMember } from './pool.ts';
import type { Situation } from './situation.ts';
import { sumKnown } from './worker-cost.ts';

/** What an hour of the warm pool costs now, USD; `undefined` when the price of a machine that still runs is not known. */
export function poolUsdPerHour(situation: Situation): number | undefined {
  return sumKnown(situation.fleet.pool.map((member) => costOfMember(member, situation)));
}

/** What an hour of it costs now: its disk, and as much as a worker as long as it runs. */
export function costOfMember(
  { isBillable, instance, offering: key }: PoolMember,
  { snapshot, policy, costOf }: Situation,
): number | undefined {
  if (!isBillable) return diskUsdPerHourOf(policy.cost);
  const offering = snapshot.offerings.find((one) => offeringKey(one) === key);
  return (offering && costOf(offering)?.totalUsdPerHour) ?? instance?.priceUsdPerHour;
}
