import { type PodLists, podListsOf } from '../../../model/pod-lists.ts';
import { occupiesNode, type Pod } from '../../../model/pod.ts';

/** A pod, and its place in the list of all pods. */
export interface ListedPod {
  readonly pod: Pod;
  readonly order: number;
}

/** Pods of one node that are no longer there, and those that are there now. */
interface NodeChanges {
  readonly gone: Set<Pod>;
  readonly come: Set<Pod>;
}

/** So many changes at once cost as much as looking through all pods. */
const MAX_CHANGES = 0.2;

/** Keeps the parts of the list of pods up to date change by change: a list costs what changed, and copies of the maps. */
export class PodIndex {
  #byNode = new Map<string, readonly Pod[]>();
  #unbound = new Map<Pod, number>();
  /** Of the pods of nodes that changed since the last lists. */
  readonly #changed = new Map<string, NodeChanges>();
  #changes = 0;
  readonly #orderOf: (pod: Pod) => number;

  /** `orderOf` gives the place of a pod in the list of all; of one that is no longer in it, any. */
  constructor(orderOf: (pod: Pod) => number) {
    this.#orderOf = orderOf;
  }

  /** Notes that a pod is another object now, has come or has gone. */
  replace(old: Pod | undefined, fresh: ListedPod | undefined): void {
    if (old === fresh?.pod) return;
    this.#changes += 1;
    if (old !== undefined) {
      this.#unbound.delete(old);
      if (occupiesNode(old)) move(old, this.#on(old.nodeName), 'come', 'gone');
    }
    if (fresh === undefined) return;
    const { pod, order } = fresh;
    if (pod.nodeName === undefined) this.#unbound.set(pod, order);
    if (occupiesNode(pod)) move(pod, this.#on(pod.nodeName), 'gone', 'come');
  }

  /** The parts of the list of all pods as it is now. */
  lists(all: readonly Pod[]): PodLists {
    if (this.#changes > all.length * MAX_CHANGES) this.#lookThrough(all);
    else for (const name of this.#changed.keys()) this.#rebuild(name);
    this.#changed.clear();
    this.#changes = 0;
    const unbound = [...this.#unbound].sort(([, a], [, b]) => a - b).map(([pod]) => pod);
    return { byNode: new Map(this.#byNode), unbound };
  }

  #lookThrough(all: readonly Pod[]): void {
    const { byNode } = podListsOf(all);
    this.#byNode = new Map(byNode);
  }

  #rebuild(name: string): void {
    const { gone, come } = this.#on(name);
    const stayed = (this.#byNode.get(name) ?? []).filter((pod) => !gone.has(pod));
    const pods = [...new Set([...stayed, ...come])].sort((a, b) => this.#orderOf(a) - this.#orderOf(b));
    if (pods.length === 0) this.#byNode.delete(name);
    else this.#byNode.set(name, pods);
  }

  #on(name = ''): NodeChanges {
    let changed = this.#changed.get(name);
    if (changed === undefined) {
      changed = { gone: new Set(), come: new Set() };
      this.#changed.set(name, changed);
    }
    return changed;
  }
}

function move(pod: Pod, changes: NodeChanges, from: keyof NodeChanges, to: keyof NodeChanges): void {
  changes[from].delete(pod);
  changes[to].add(pod);
}
