import { type Pod, podRef } from '../../model/pod.ts';
import type { Resources } from '../../model/resources.ts';
import { hasOwnTopology } from './fits.ts';

/** Pods that are equal in all that placing looks at; work is done once for the group where it can be. */
export interface PodGroup {
  /** Any one of them: they cannot be told apart by a node. */
  readonly sample: Pod;
  /** The longest waiting first. */
  readonly pods: readonly Pod[];
}

/** Groups equal pods, the largest groups' pods first as a share of `reference`; the order of `pods` does not matter. */
export function groupPods(pods: readonly Pod[], reference: Resources): readonly PodGroup[] {
  const byKey = new Map<string, Pod[]>();
  for (const pod of pods) {
    const key = constraintKey(pod);
    const group = byKey.get(key);
    if (group === undefined) byKey.set(key, [pod]);
    else group.push(pod);
  }
  return [...byKey]
    .map(([key, group]) => ({ key, pods: group.sort(byWaiting), size: share(group[0], reference) }))
    .sort((a, b) => b.size - a.size || (a.key < b.key ? -1 : 1))
    .flatMap(({ pods: group }) => (group[0] === undefined ? [] : [{ sample: group[0], pods: group }]));
}

function constraintKey(pod: Pod): string {
  // Where no rule looks at other pods, names and labels place nothing; a StatefulSet's or a Job's differ from pod to pod.
  const identity = hasOwnTopology(pod) ? [pod.namespace, pod.labels] : [];
  return JSON.stringify([
    identity,
    pod.requests,
    pod.tolerations,
    pod.nodeSelector,
    pod.nodeAffinityTerms,
    pod.podAffinity,
    pod.podAntiAffinity,
    pod.topologySpread,
    pod.hostPorts,
    pod.volumeNodes,
  ]);
}

function byWaiting(a: Pod, b: Pod): number {
  const since = (a.unschedulableSinceMs ?? 0) - (b.unschedulableSinceMs ?? 0);
  return since || (podRef(a) < podRef(b) ? -1 : 1);
}

function share(pod: Pod | undefined, reference: Resources): number {
  if (pod === undefined) return 0;
  const { requests } = pod;
  const shares = [
    requests.cpuMillis / Math.max(1, reference.cpuMillis),
    requests.memoryMiB / Math.max(1, reference.memoryMiB),
  ];
  return Math.max(...shares) + Object.keys(requests.extended ?? {}).length;
}
