import type { Offering } from '../../../src/model/offering.ts';
import { RandomStream } from '../../../src/simulate/base/random-stream.ts';
import type { ShortPod } from '../../packing-checker/short-pods.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const MAX_PODS = 9;

/** A few pods and offerings, small enough for the cheapest fleet to be found by trying all. */
export interface SmallInstance {
  readonly pods: readonly ShortPod[];
  readonly offerings: readonly Offering[];
}

/** The same seed gives the same instance: two to four deployments, one to three zones, two to five types. */
export function smallInstance(seed: number): SmallInstance {
  const chance = new RandomStream(seed).stream('small-instance');
  const zones = ['z-a', 'z-b', 'z-c'].slice(0, 1 + chance.integer(3));
  const offerings = offeringsIn(zones, chance.stream('offerings'));
  const pods: ShortPod[] = [];
  const deployments = 2 + chance.integer(3);
  for (let i = 0; i < deployments; i += 1) {
    const deployment = aDeployment(i, zones, chance.stream(`deployment ${i}`));
    const replicas = Math.min(1 + chance.integer(4), MAX_PODS - pods.length);
    for (let j = 0; j < replicas; j += 1) pods.push({ ...deployment, name: `d${i}-${j}` });
  }
  return { pods, offerings };
}

/** Larger types are a little cheaper or dearer per core; in half of the instances zones differ in price too. */
function offeringsIn(zones: readonly string[], chance: RandomStream): readonly Offering[] {
  const differs = chance.next() < 0.5;
  const types = 2 + chance.integer(4);
  return Array.from({ length: types }, (_, i) => i).flatMap((i) => {
    const cores = chance.pick([1, 2, 2, 4, 4]) ?? 1;
    const gibPerCore = chance.pick([2, 4, 8]) ?? 2;
    const price = cores * (0.02 + 0.005 * gibPerCore) * chance.between(0.8, 1.25);
    return zones.map((zone): Offering => {
      const priceUsdPerHour = price * (differs ? chance.between(0.85, 1.15) : 1);
      return {
        type: `t${i}`,
        zone,
        lifecycle: chance.next() < 0.5 ? 'spot' : 'on-demand',
        arch: i === 0 ? 'arm64' : 'amd64',
        priceUsdPerHour: Number(priceUsdPerHour.toFixed(5)),
        allocatable: {
          cpuMillis: cores * 1000 - 100,
          memoryMiB: cores * gibPerCore * 1024 - 200,
          pods: chance.pick([3, 8, 20]) ?? 8,
        },
      };
    });
  });
}

/** A pod without a name; its constraints look at its own deployment, or at the one before it. */
function aDeployment(index: number, zones: readonly string[], chance: RandomStream): Omit<ShortPod, 'name'> {
  const labels = { app: `d${index}` };
  const before = { app: `d${Math.max(0, index - 1)}` };
  const spread = (key: string) => {
    return [{ key, maxSkew: 1 + chance.integer(2), sel: labels, when: 'DoNotSchedule' as const }];
  };
  const constraints: readonly (() => Partial<ShortPod>)[] = [
    () => ({}),
    () => ({ podAntiAffinity: [{ key: HOST, sel: labels }] }),
    () => ({ podAntiAffinity: [{ key: HOST, sel: before }] }),
    () => ({ podAntiAffinity: [{ key: ZONE, sel: before }] }),
    () => ({ spread: spread(HOST) }),
    () => ({ spread: spread(ZONE) }),
    () => ({ podAffinity: [{ key: ZONE, sel: labels }] }),
    () => ({ podAffinity: [{ key: ZONE, sel: before }] }),
    () => ({ nodeSelector: { [ZONE]: chance.pick(zones) ?? '' } }),
    () => ({ nodeSelector: { 'kubernetes.io/arch': 'amd64' } }),
  ];
  const cpuMilli = chance.pick([100, 250, 400, 500, 900, 1000, 1500, 1900]) ?? 100;
  const memMi = chance.pick([128, 300, 512, 1024, 2048, 3000, 6000]) ?? 128;
  return { cpuMilli, memMi, labels, ...chance.pick(constraints)?.() };
}
