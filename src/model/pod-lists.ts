import { memoizeByIdentity } from './memoize-by-identity.ts';
import { occupiesNode, type Pod } from './pod.ts';

/** Parts of a list of pods, each in the order of the list. */
export interface PodLists {
  /** The pods that hold resources, by the name of their node. The list of a node is the same object until one of its pods changes. */
  readonly byNode: ReadonlyMap<string, readonly Pod[]>;
  /** The pods that are bound to no node. */
  readonly unbound: readonly Pod[];
}

const kept = new WeakMap<readonly Pod[], PodLists>();

/** Says what the parts of a list are, so that nobody has to look through it; they must be what `podListsOf` would find. */
export function keepPodLists(pods: readonly Pod[], lists: PodLists): void {
  kept.set(pods, lists);
}

/** The pods that hold resources, by the name of their node. */
export function podsByNode(pods: readonly Pod[]): PodLists['byNode'] {
  return (kept.get(pods) ?? podListsOf(pods)).byNode;
}

/** The pods that are bound to no node. */
export function unboundPods(pods: readonly Pod[]): PodLists['unbound'] {
  return (kept.get(pods) ?? podListsOf(pods)).unbound;
}

/** Looks through the list, once for each list. */
export const podListsOf = memoizeByIdentity((pods: readonly Pod[]): PodLists => {
  const byNode = new Map<string, Pod[]>();
  const unbound: Pod[] = [];
  for (const pod of pods) {
    if (pod.nodeName === undefined) unbound.push(pod);
    if (pod.nodeName === undefined || !occupiesNode(pod)) continue;
    const there = byNode.get(pod.nodeName);
    if (there === undefined) byNode.set(pod.nodeName, [pod]);
    else there.push(pod);
  }
  return { byNode, unbound };
});
