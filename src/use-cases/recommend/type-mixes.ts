import {
  allocatableOf,
  instanceType,
  instanceTypes,
  type InstanceType,
} from '../../catalogue/instance-type.ts';
import { typicalSpotPriceUsdPerHour } from '../../catalogue/list-price.ts';
import { steadySurplusUsdPerHour } from '../../model/cpu-credits.ts';
import type { Policy } from '../../policy/policy-schema.ts';

/** A fleet of few workers has nothing of larger machines. */
const MAX_VCPUS = 4;
/** The load at which types are compared by the core, in percent. */
const COMPARED_AT_PERCENT = 60;
const ADDED_TYPES = 2;

/** Lists of types worth trying beside those of the policy: those, and the cheapest by the core at a steady load added to them. */
export function typeMixes({ instances }: Pick<Policy, 'instances'>): readonly (readonly string[])[] {
  const { types, zones } = instances;
  const archs = new Set(types.map((name) => instanceType(name)?.arch));
  const smallest = Math.min(...types.map((name) => memoryOf(instanceType(name))));
  const ranked = instanceTypes()
    .filter(({ name, arch, vcpus }) => archs.has(arch) && vcpus <= MAX_VCPUS && !types.includes(name))
    .filter((type) => memoryOf(type) >= smallest)
    .map((type) => ({ name: type.name, usd: usdPerVcpuHour(type, zones) }))
    .filter(({ usd }) => Number.isFinite(usd))
    .sort((a, b) => a.usd - b.usd || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
  const best = ranked.slice(0, ADDED_TYPES);
  return best.length === 0
    ? []
    : [
        [...types, ...best.slice(0, 1)],
        [...types, ...best],
      ];
}

function memoryOf(type: InstanceType | undefined): number {
  return type === undefined ? 0 : allocatableOf(type).memoryMiB;
}

/** What a vCPU costs an hour on spot in the dearest of the zones, surplus credits included. */
function usdPerVcpuHour({ name, vcpus, burstable }: InstanceType, zones: readonly string[]): number {
  const prices = zones.map(
    (zone) => typicalSpotPriceUsdPerHour(zone.slice(0, -1), name, zone) ?? Number.POSITIVE_INFINITY,
  );
  const surplus =
    burstable === undefined
      ? 0
      : steadySurplusUsdPerHour({ ...burstable, vcpus }, 'unlimited', COMPARED_AT_PERCENT);
  return (Math.max(...prices) + surplus) / vcpus;
}
