import {
  allocatableOf,
  instanceType,
  instanceTypes,
  type InstanceType,
} from '../../catalogue/instance-type.ts';
import { typicalSpotPriceUsdPerHour } from '../../catalogue/list-price.ts';
import { steadySurplusUsdPerHour } from '../../model/cpu-credits.ts';
import { regionOf } from '../../model/offering.ts';
import type { Policy } from '../../policy/policy-schema.ts';

/** A fleet of few workers has nothing of larger machines. */
const MAX_VCPUS = 4;
/** The load at which types are compared by the core, in percent. */
const COMPARED_AT_PERCENT = 60;

/** Lists of types worth trying beside those of the policy: those, and the type that is cheapest by the core at a steady load. */
export function typeMixes({ instances }: Pick<Policy, 'instances'>): readonly (readonly string[])[] {
  const { types, zones } = instances;
  const archs = new Set(types.map((name) => instanceType(name)?.arch));
  const smallest = Math.min(...types.map((name) => memoryOf(instanceType(name))));
  const priced = instanceTypes()
    .filter(({ name, arch, vcpus }) => archs.has(arch) && vcpus <= MAX_VCPUS && !types.includes(name))
    .filter((type) => memoryOf(type) >= smallest)
    .map((type) => ({ name: type.name, costs: zones.map((zone) => usdPerVcpuHour(type, zone)) }));
  // Cheap in all zones, and cheap in one of them: each is the better for another fleet.
  const mean = cheapest(priced, (costs) => costs.reduce((sum, usd) => sum + usd, 0) / costs.length);
  const single = cheapest(priced, (costs) => Math.min(...costs));
  const added = [...new Set([mean, single])].flatMap((name) => name ?? []);
  const mixes = added.map((name) => [...types, name]);
  return added.length < 2 ? mixes : [...mixes, [...types, ...added]];
}

interface Priced {
  readonly name: string;
  /** What a vCPU costs an hour in each zone, USD. */
  readonly costs: readonly number[];
}

function cheapest(priced: readonly Priced[], costOf: (costs: Priced['costs']) => number): string | undefined {
  return priced
    .map(({ name, costs }) => ({ name, usd: costOf(costs) }))
    .filter(({ usd }) => Number.isFinite(usd))
    .sort((a, b) => a.usd - b.usd || (a.name < b.name ? -1 : 1))[0]?.name;
}

function memoryOf(type: InstanceType | undefined): number {
  return type === undefined ? 0 : allocatableOf(type).memoryMiB;
}

/** What a vCPU of spot costs an hour in the zone, surplus credits included. */
function usdPerVcpuHour({ name, vcpus, burstable }: InstanceType, zone: string): number {
  const price = typicalSpotPriceUsdPerHour(regionOf(zone), name, zone) ?? Number.POSITIVE_INFINITY;
  const surplus =
    burstable === undefined
      ? 0
      : steadySurplusUsdPerHour({ ...burstable, vcpus }, 'unlimited', COMPARED_AT_PERCENT);
  return (price + surplus) / vcpus;
}
