import { KNOWN_REGIONS, knownTypeNames, TYPES_AS_OF } from '../../catalogue/all-types.ts';
import { instanceType, instanceTypes } from '../../catalogue/instance-type.ts';
import { onDemandPriceUsdPerHour } from '../../catalogue/list-price.ts';
import type { SoldTypes } from '../../policy/sold-types.ts';

/** What the shipped catalogue knows that EC2 sells. */
export const SOLD_TYPES: SoldTypes = {
  asOf: TYPES_AS_OF,
  regions: KNOWN_REGIONS,
  types: [...new Set([...instanceTypes().map(({ name }) => name), ...knownTypeNames()])],
  archOf: (type) => instanceType(type)?.arch,
  isSoldIn: (type, region) => onDemandPriceUsdPerHour(region, type) !== undefined,
};
