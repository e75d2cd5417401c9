import type { Offering } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import { type LabelSelector, type Labels, selects } from '../../model/selector.ts';
import { type Taint, untoleratedTaint } from '../../model/taint.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** A node, there or to be bought, as far as a pod's own choice of nodes looks at it. */
export interface Place {
  readonly id: string;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/** Why a place is not for a pod, whatever else runs there. */
export type Barrier = 'node-selector' | 'taint' | 'volume';

/** What a pod asks of a node besides resources. */
export type NodeChoice = Pick<Pod, 'nodeSelector' | 'nodeAffinityTerms' | 'tolerations' | 'volumeZones'>;

/** What keeps the pod off the place, or `undefined` when it may go there. */
export function barrier(pod: NodeChoice, place: Place): Barrier | undefined {
  if (!selectsNode(pod, place.labels)) return 'node-selector';
  if (untoleratedTaint(pod.tolerations, place.taints) !== undefined) return 'taint';
  return reachesVolumes(pod, place) ? undefined : 'volume';
}

/** Whether the pod's node selector and required node affinity admit a node with these labels. */
export function selectsNode(
  pod: { readonly nodeSelector: LabelSelector; readonly nodeAffinityTerms: readonly LabelSelector[] },
  labels: Labels,
): boolean {
  if (!selects(pod.nodeSelector, labels)) return false;
  const terms = pod.nodeAffinityTerms;
  return terms.length === 0 || terms.some((term) => selects(term, labels));
}

/** The place that a node of this offering will be; its name, and so its hostname, is like no other. */
export function placeOf(id: string, offering: Offering): Place {
  return {
    id,
    taints: [],
    labels: {
      'kubernetes.io/hostname': id,
      'kubernetes.io/arch': offering.arch,
      'kubernetes.io/os': 'linux',
      [ZONE]: offering.zone,
      'topology.kubernetes.io/region': offering.zone.replace(/[a-z]$/, ''),
      'node.kubernetes.io/instance-type': offering.type,
      'smartscale.dev/lifecycle': offering.lifecycle,
    },
  };
}

function reachesVolumes({ volumeZones }: Pick<Pod, 'volumeZones'>, { id, labels }: Place): boolean {
  if (volumeZones.length === 0) return true;
  return volumeZones.some((where) => where === labels[ZONE] || where === id);
}
