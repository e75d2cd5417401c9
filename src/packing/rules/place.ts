import { doHostPortsConflict } from '../../model/host-port.ts';
import { type Offering, regionOf } from '../../model/offering.ts';
import { type Pod, selectsNode } from '../../model/pod.ts';
import { type Labels, selects } from '../../model/selector.ts';
import { type Taint, untoleratedTaint } from '../../model/taint.ts';

export const ZONE = 'topology.kubernetes.io/zone';

/** A node, there or to be bought, as far as a pod's own choice of nodes looks at it. */
export interface Place {
  readonly id: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  /** Ports that its DaemonSets hold. */
  readonly hostPorts: readonly string[];
}

/** Why a place is not for a pod, whatever else runs there. */
export type PlacementBarrier = 'node-selector' | 'taint' | 'volume' | 'host-port';

/** What a pod asks of a node besides resources. */
export type NodeChoice = Pick<
  Pod,
  'nodeSelector' | 'nodeAffinityTerms' | 'tolerations' | 'volumeNodes' | 'hostPorts'
>;

/** Why the pod cannot run on the node, or `undefined` when it can. */
export function barrier(pod: NodeChoice, place: Place): PlacementBarrier | undefined {
  if (!selectsNode(pod, place.labels)) return 'node-selector';
  if (untoleratedTaint(pod.tolerations, place.taints) !== undefined) return 'taint';
  if (!reachesVolumes(pod, place)) return 'volume';
  return doHostPortsConflict(pod.hostPorts, place.hostPorts) ? 'host-port' : undefined;
}

/** The place that a node of this offering will be; its name, and so its hostname, is like no other. */
export function placeOf(id: string, offering: Offering): Place {
  return {
    id,
    taints: offering.taints ?? [],
    hostPorts: [],
    labels: {
      ...offering.labels,
      'kubernetes.io/hostname': id,
      'kubernetes.io/arch': offering.arch,
      'kubernetes.io/os': 'linux',
      // Deprecated for years, and still what every kubelet says.
      'beta.kubernetes.io/arch': offering.arch,
      'beta.kubernetes.io/os': 'linux',
      [ZONE]: offering.zone,
      'topology.kubernetes.io/region': regionOf(offering.zone),
      'node.kubernetes.io/instance-type': offering.type,
      'smartscale.dev/lifecycle': offering.lifecycle,
    },
  };
}

function reachesVolumes({ volumeNodes }: NodeChoice, { labels }: Place): boolean {
  return volumeNodes.every((alternatives) => alternatives.some((one) => selects(one, labels)));
}
