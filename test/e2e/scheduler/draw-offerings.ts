import type { Lifecycle, Offering } from '../../../src/model/offering.ts';
import type { RandomStream } from '../../../src/simulate/base/random-stream.ts';
import { isDrawn } from './drawing.ts';

const ZONES = ['ap-southeast-1a', 'ap-southeast-1b', 'ap-southeast-1c'];
const LIFECYCLES: readonly Lifecycle[] = ['spot', 'on-demand'];

interface Type {
  readonly type: string;
  readonly arch: string;
  readonly usdPerHour: number;
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  readonly pods: number;
  readonly extended?: Readonly<Record<string, number>>;
}

const DISK = 'ephemeral-storage';

/** Rooms of every proportion, with few pod slots here and something special there. */
const TYPES: readonly Type[] = [
  { type: 't3.small', arch: 'amd64', usdPerHour: 0.0264, cpuMillis: 1900, memoryMiB: 1400, pods: 8 },
  {
    type: 't3.medium',
    arch: 'amd64',
    usdPerHour: 0.0528,
    cpuMillis: 1900,
    memoryMiB: 3300,
    pods: 17,
    extended: { [DISK]: 17_000 },
  },
  {
    type: 'c6i.xlarge',
    arch: 'amd64',
    usdPerHour: 0.196,
    cpuMillis: 3880,
    memoryMiB: 6900,
    pods: 58,
    extended: { [DISK]: 17_000 },
  },
  {
    type: 'm6g.large',
    arch: 'arm64',
    usdPerHour: 0.096,
    cpuMillis: 1900,
    memoryMiB: 7200,
    pods: 29,
    extended: { [DISK]: 17_000 },
  },
  {
    type: 'r6i.large',
    arch: 'amd64',
    usdPerHour: 0.152,
    cpuMillis: 1900,
    memoryMiB: 15_000,
    pods: 29,
    extended: { [DISK]: 17_000 },
  },
  {
    type: 'm6i.2xlarge',
    arch: 'amd64',
    usdPerHour: 0.48,
    cpuMillis: 7850,
    memoryMiB: 30_500,
    pods: 58,
    extended: { [DISK]: 90_000 },
  },
  {
    type: 'g4dn.xlarge',
    arch: 'amd64',
    usdPerHour: 0.736,
    cpuMillis: 3880,
    memoryMiB: 15_000,
    pods: 29,
    extended: { [DISK]: 90_000, 'nvidia.com/gpu': 1 },
  },
];

/** Three to six types in two or three zones, spot and on-demand; not every type is sold everywhere. */
export function drawOfferings(chance: RandomStream): readonly Offering[] {
  const zones = isDrawn(chance, 80) ? ZONES : ZONES.slice(0, 2);
  const count = 3 + chance.integer(4);
  const types = TYPES.map((type) => ({ type, at: chance.next() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ type }) => type);
  const offerings = types.flatMap((type) =>
    zones.flatMap((zone) => LIFECYCLES.map((lifecycle) => offeringOf(type, { zone, lifecycle }, chance))),
  );
  return offerings.filter((_, index) => index === 0 || isDrawn(chance, 90));
}

function offeringOf(
  { type, arch, usdPerHour, cpuMillis, memoryMiB, pods, extended }: Type,
  { zone, lifecycle }: Pick<Offering, 'zone' | 'lifecycle'>,
  chance: RandomStream,
): Offering {
  const share = lifecycle === 'spot' ? chance.between(0.25, 0.6) : 1;
  return {
    type,
    zone,
    lifecycle,
    arch,
    priceUsdPerHour: Math.round(usdPerHour * share * 1e4) / 1e4,
    allocatable: { cpuMillis, memoryMiB, pods, ...(extended && { extended }) },
  };
}
