import type { Offering } from '../../../src/model/offering.ts';
import type { ShortPod } from '../../packing-checker/short-pods.ts';
import { estimatedNode, fakeOfferings, kwokOfferings } from './bench-offerings.ts';
import { basicPods, estimatedPods, hostSpreadPods, widePods } from './deployment-pods.ts';
import { diversePods, genericPods, karpenterRandom, seededRandom } from './diverse-pods.ts';

/** What a peer reached, in a run of its own: docs/benchmarks.md says where the figures are from. */
export interface PeerFigures {
  readonly name: string;
  readonly podsPerCpuSecond?: number;
  readonly nodes?: number;
  readonly usdPerHour?: number;
}

/** Pods to pack onto offerings. */
export interface PackingWorkload {
  readonly name: string;
  readonly pods: () => readonly ShortPod[];
  readonly offerings: () => readonly Offering[];
  readonly peer?: PeerFigures;
}

function karpenter(podsPerCpuSecond: number, nodes: number, usdPerHour: number): PeerFigures {
  return { name: 'Karpenter 1.14, another run', podsPerCpuSecond, nodes, usdPerHour };
}

/** Karpenter's pods where its figures are of these, else those of a seed of ours. */
export const PACKING_WORKLOADS: readonly PackingWorkload[] = [
  {
    name: 'diverse/100',
    pods: () => diversePods(100, karpenterRandom(100)),
    offerings: fakeOfferings,
    peer: karpenter(109, 20, 32.42),
  },
  {
    name: 'diverse/1000',
    pods: () => diversePods(1000, karpenterRandom(1000)),
    offerings: fakeOfferings,
    peer: karpenter(106, 200, 342.76),
  },
  {
    name: 'diverse/5000',
    pods: () => diversePods(5000, karpenterRandom(5000)),
    offerings: fakeOfferings,
    peer: karpenter(100, 1000, 1757.56),
  },
  { name: 'diverse/10000', pods: () => diversePods(10_000, seededRandom(1)), offerings: fakeOfferings },
  { name: 'diverse/100000', pods: () => diversePods(100_000, seededRandom(2)), offerings: fakeOfferings },
  {
    name: 'diverse-kwok/1000',
    pods: () => diversePods(1000, karpenterRandom(1000)),
    offerings: kwokOfferings,
    peer: karpenter(795, 200, 28.7),
  },
  {
    name: 'diverse-kwok/5000',
    pods: () => diversePods(5000, karpenterRandom(5000)),
    offerings: kwokOfferings,
    peer: karpenter(395, 1000, 142.12),
  },
  {
    // The first fifth of the larger workload is drawn first, so it is the generic one of a fifth of its size.
    name: 'generic/1000',
    pods: () => genericPods(1000, karpenterRandom(5000)),
    offerings: fakeOfferings,
    peer: karpenter(1529, 3, 255.89),
  },
  { name: 'basic/1000', pods: basicPods, offerings: kwokOfferings, peer: karpenter(435, 140, 74.21) },
  {
    name: 'hostspread/1000',
    pods: hostSpreadPods,
    offerings: kwokOfferings,
    peer: karpenter(409, 500, 78.17),
  },
  { name: 'wide/1000', pods: widePods, offerings: kwokOfferings, peer: karpenter(351, 153, 76.29) },
  {
    name: 'estimate/51000',
    pods: estimatedPods,
    offerings: () => [estimatedNode],
    peer: { name: 'Cluster Autoscaler, another run', podsPerCpuSecond: 3850, nodes: 2595 },
  },
];
