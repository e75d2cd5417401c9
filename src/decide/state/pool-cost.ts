import { diskUsdPerHourOf } from '../../model/instance-bill.ts';
import { offeringKey } from '../../model/offering.ts';
import type { DecisionContext } from './decision-context.ts';
import type { PoolMember } from './pool.ts';
import { sumKnown } from './worker-cost.ts';

/** What an hour of the warm pool costs now, USD; `undefined` when the price of a machine that still runs is not known. */
export function poolUsdPerHour(context: DecisionContext): number | undefined {
  return sumKnown(context.fleet.pool.map((member) => costOfMember(member, context)));
}

/** What an hour of it costs now: its disk, and as much as a worker as long as it runs. */
export function costOfMember(
  { isBillable, instance, offering: key }: PoolMember,
  { snapshot, policy, costOf }: DecisionContext,
): number | undefined {
  if (!isBillable) return diskUsdPerHourOf(policy.cost);
  const offering = snapshot.offerings.find((one) => offeringKey(one) === key);
  return (offering && costOf(offering)?.totalUsdPerHour) ?? instance?.priceUsdPerHour;
}
