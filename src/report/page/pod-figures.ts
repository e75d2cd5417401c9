import { oncePer } from '../../model/once-per.ts';
import { occupiesNode, type Pod } from '../../model/pod.ts';

/** What the pods on one node come to. */
export interface NodeLoad {
  readonly pods: number;
  readonly requestedCpuMillis: number;
}

export interface PodFigures {
  /** Pods that the scheduler cannot place. */
  readonly pending: number;
  /** By the name of the node; absent where there are none. */
  readonly loads: ReadonlyMap<string, NodeLoad>;
}

/** What the page says of pods, in one pass over a list. */
export const podFigures = oncePer((pods: readonly Pod[]): PodFigures => {
  const loads = new Map<string, { pods: number; requestedCpuMillis: number }>();
  let pending = 0;
  for (const pod of pods) {
    if (pod.nodeName === undefined) {
      if (pod.unschedulableSinceMs !== undefined) pending += 1;
    } else if (occupiesNode(pod)) {
      const load = loads.get(pod.nodeName);
      const cpuMillis = pod.requests.cpuMillis;
      if (load === undefined) loads.set(pod.nodeName, { pods: 1, requestedCpuMillis: cpuMillis });
      else {
        load.pods += 1;
        load.requestedCpuMillis += cpuMillis;
      }
    }
  }
  return { pending, loads };
});
