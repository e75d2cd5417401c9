import type { Offering } from '../../../src/model/offering.ts';

/** Cores and memory that a node keeps for its system. */
const KEPT_MILLIS = 100;
const KEPT_MIB = 10;

interface Type {
  readonly type: string;
  readonly arch: string;
  readonly cores: number;
  readonly gib: number;
  readonly pods: number;
  readonly priceUsdPerHour: number;
}

type Market = Pick<Offering, 'zone' | 'lifecycle'>;

/** The 400 types of Karpenter's scheduling benchmark: `fake-it-{i}` has i + 1 cores, at one price in five markets. */
export function fakeOfferings(): readonly Offering[] {
  const spot = [1, 2].map((zone): Market => ({ zone: `test-zone-${zone}`, lifecycle: 'spot' }));
  const onDemand = [1, 2, 3].map((zone): Market => ({ zone: `test-zone-${zone}`, lifecycle: 'on-demand' }));
  return Array.from({ length: 400 }, (_, i) => i + 1).flatMap((cores) =>
    inMarkets([...spot, ...onDemand], {
      type: `fake-it-${cores - 1}`,
      arch: 'amd64',
      cores,
      gib: 2 * cores,
      pods: 10 * cores,
      priceUsdPerHour: 0.1 * cores + 0.1 * gigabytes(2 * cores),
    }),
  );
}

/** What the pool of Karpenter's performance suite may buy of its KWOK types: linux, on demand, below 32 cores. */
export function kwokOfferings(): readonly Offering[] {
  const markets = ['a', 'b', 'c', 'd'].map((zone): Market => ({
    zone: `test-zone-${zone}`,
    lifecycle: 'on-demand',
  }));
  const families = [
    { letter: 'c', gibPerCore: 2 },
    { letter: 's', gibPerCore: 4 },
    { letter: 'm', gibPerCore: 8 },
  ];
  return ['amd64', 'arm64'].flatMap((arch) =>
    [1, 2, 4, 8, 16].flatMap((cores) =>
      families.flatMap(({ letter, gibPerCore }) =>
        inMarkets(markets, {
          type: `${letter}-${cores}x-${arch}-linux`,
          arch,
          cores,
          gib: gibPerCore * cores,
          pods: Math.min(16 * cores, 1024),
          priceUsdPerHour: 0.025 * cores + 0.001 * gigabytes(gibPerCore * cores),
        }),
      ),
    ),
  );
}

/** The one node of the Cluster Autoscaler's bin-packing benchmark, at a price of one so that cost counts nodes. */
export const estimatedNode: Offering = {
  type: 'estimated',
  zone: 'zone',
  lifecycle: 'on-demand',
  arch: 'amd64',
  priceUsdPerHour: 1,
  allocatable: { cpuMillis: 1000, memoryMiB: 5000, pods: 100 },
};

function inMarkets(
  markets: readonly Market[],
  { type, arch, cores, gib, pods, priceUsdPerHour }: Type,
): readonly Offering[] {
  return markets.map(({ zone, lifecycle }) => ({
    type,
    zone,
    lifecycle,
    arch,
    priceUsdPerHour: Number(priceUsdPerHour.toFixed(6)),
    allocatable: { cpuMillis: cores * 1000 - KEPT_MILLIS, memoryMiB: gib * 1024 - KEPT_MIB, pods },
  }));
}

function gigabytes(gib: number): number {
  return (gib * 2 ** 30) / 1e9;
}
