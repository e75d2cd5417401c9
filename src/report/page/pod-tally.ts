import { occupiesNode, type Pod } from '../../model/pod.ts';

/** What the pods on one node come to. */
export interface NodeLoad {
  readonly pods: number;
  readonly requestedCpuMillis: number;
}

export interface PodFigures {
  /** Pods that the scheduler cannot place. */
  readonly pending: number;
  /** By the name of the node; absent where no pod was. */
  readonly loads: ReadonlyMap<string, NodeLoad>;
}

interface Load {
  pods: number;
  requestedCpuMillis: number;
}

/**
 * Counts pods by node from list to list. Lists keep their order when pods come, go or change, so that only those are counted anew;
 * a list in another order is counted right, too, at the cost of a whole count.
 */
export class PodTally implements PodFigures {
  readonly loads = new Map<string, Load>();
  pending = 0;
  #pods: readonly Pod[] = [];

  /** Counts this list in place of the one before. */
  follow(pods: readonly Pod[]): void {
    const before = this.#pods;
    if (pods === before) return;
    let old = 0;
    for (const pod of pods) {
      if (before[old] !== pod) {
        while (old < before.length && before[old]?.uid !== pod.uid) this.#count(before[old++], -1);
        this.#count(before[old], -1);
        this.#count(pod, 1);
      }
      old += 1;
    }
    for (; old < before.length; old += 1) this.#count(before[old], -1);
    this.#pods = pods;
  }

  /** Lets the list go; the next one is counted as a whole. */
  forget(): void {
    this.loads.clear();
    this.pending = 0;
    this.#pods = [];
  }

  #count(pod: Pod | undefined, times: 1 | -1): void {
    if (pod === undefined) return;
    if (pod.nodeName === undefined) {
      if (pod.unschedulableSinceMs !== undefined) this.pending += times;
      return;
    }
    if (!occupiesNode(pod)) return;
    const load = this.loads.get(pod.nodeName) ?? this.#newLoad(pod.nodeName);
    load.pods += times;
    load.requestedCpuMillis += times * pod.requests.cpuMillis;
    if (load.pods === 0) this.loads.delete(pod.nodeName);
  }

  #newLoad(nodeName: string): Load {
    const load = { pods: 0, requestedCpuMillis: 0 };
    this.loads.set(nodeName, load);
    return load;
  }
}
