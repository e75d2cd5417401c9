import type { Node } from '../../model/node.ts';
import { occupiesNode, type Pod } from '../../model/pod.ts';
import { addResources, NO_RESOURCES } from '../../model/resources.ts';

export interface RequestedCapacity {
  readonly workers: readonly Node[];
  /** Every pod of the cluster. */
  readonly pods: readonly Pod[];
  /** Fewest workers that the policy wants. */
  readonly min: number;
}

/**
 * How many workers like those that are there the pods' requests fill, what DaemonSets take of each left out; the policy's minimum at
 * least. `undefined` without a ready worker. A bound from below: rules between pods may need more.
 */
export function neededWorkers({ workers, pods, min }: RequestedCapacity): number | undefined {
  if (workers.length === 0) return undefined;
  const names = new Set(workers.map(({ name }) => name));
  let daemons = NO_RESOURCES;
  let requested = NO_RESOURCES;
  for (const pod of pods) {
    if (isOver(pod)) continue;
    const isOnWorker = pod.nodeName !== undefined && names.has(pod.nodeName);
    if (pod.owner?.kind === 'DaemonSet') {
      if (isOnWorker) daemons = addResources(daemons, pod.requests);
    } else if (isOnWorker || pod.nodeName === undefined) requested = addResources(requested, pod.requests);
  }
  const allocatable = workers.reduce((sum, node) => addResources(sum, node.allocatable), NO_RESOURCES);
  const share = (of: 'cpuMillis' | 'memoryMiB' | 'pods') =>
    requested[of] / Math.max(1, allocatable[of] - daemons[of]);
  const filled = Math.max(share('cpuMillis'), share('memoryMiB'), share('pods')) * workers.length;
  return Math.max(min, Math.ceil(filled));
}

function isOver(pod: Pod): boolean {
  return pod.deletionRequestedAtMs !== undefined || (pod.nodeName !== undefined && !occupiesNode(pod));
}
