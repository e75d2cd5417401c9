import { type Offering, regionOf } from '../model/offering.ts';
import { allocatableOf, instanceType } from './instance-type.ts';
import { interruptionsPerHour } from './interruption-rate.ts';
import { onDemandPriceUsdPerHour, typicalSpotPriceUsdPerHour } from './list-price.ts';
import { offeringBurst } from './offering-burst.ts';

/**
 * What the types cost and offer in the zones by the shipped table, spot and on-demand: an estimate for where EC2 cannot be asked.
 * Types that the catalogue does not have are left out; a price that it does not have is `undefined`.
 */
export function listOfferings(types: readonly string[], zones: readonly string[]): readonly Offering[] {
  return types.flatMap((name) => {
    const type = instanceType(name);
    if (type === undefined) return [];
    const size = { arch: type.arch, allocatable: allocatableOf(type), ...offeringBurst(type) };
    return zones.flatMap((zone): readonly Offering[] => {
      const region = regionOf(zone);
      const bought = { type: name, zone, ...size };
      return [
        { ...bought, lifecycle: 'on-demand', priceUsdPerHour: onDemandPriceUsdPerHour(region, name) },
        {
          ...bought,
          lifecycle: 'spot',
          priceUsdPerHour: typicalSpotPriceUsdPerHour(region, name, zone),
          interruptionsPerHour: interruptionsPerHour(name),
        },
      ];
    });
  });
}
