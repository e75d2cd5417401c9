import type { Node } from '../../model/node.ts';
import { occupiesNode, picksPod, type Pod, type PodAffinityTerm, podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { barrier } from '../../packing/rules.ts';

/** Answers for a node whether pods that wait and cannot be helped now might still run on it. */
export type StuckPodHold = (node: Node) => Reason | undefined;

/**
 * Pods that wait and that no node can help now keep the nodes on which they might run, and no others: those that their selectors, tolerations
 * and volumes admit and where the pods are that they must be near to.
 */
export function stuckPodHold(
  stuck: readonly Pod[],
  snapshot: Pick<Snapshot, 'nodes' | 'pods'>,
): StuckPodHold {
  if (stuck.length === 0) return () => undefined;
  const reaching = stuck.map((pod) => ({ pod, isNear: proximityOf(pod, snapshot) }));
  return (node) => {
    const place = { id: node.name, labels: node.labels, taints: node.taints, hostPorts: [] };
    const held = reaching.find(({ pod, isNear }) => isNear(node) && barrier(pod, place) === undefined);
    if (held === undefined) return undefined;
    const text = `pod ${podRef(held.pod)} waits, no new node can be had for it, and it might run on ${node.name}`;
    return { code: 'pods-wait', text, facts: { waiting: stuck.length } };
  };
}

/** Whether the pods that it must be near to are in the node's domains; the first of a group may be anywhere. */
function proximityOf(pod: Pod, { nodes, pods }: Pick<Snapshot, 'nodes' | 'pods'>): (node: Node) => boolean {
  if (pod.podAffinity.length === 0) return () => true;
  const labelsOf = new Map(nodes.map(({ name, labels }) => [name, labels]));
  const terms = pod.podAffinity.map((term: PodAffinityTerm) => {
    const there = pods.filter((other) => occupiesNode(other) && picksPod(term, other));
    const isFirst = there.length === 0 && picksPod(term, pod);
    const domains = new Set(there.map(({ nodeName }) => labelsOf.get(nodeName ?? '')?.[term.topologyKey]));
    return { key: term.topologyKey, isFirst, domains };
  });
  return ({ labels }) =>
    terms.every(({ key, isFirst, domains }) => isFirst || (key in labels && domains.has(labels[key])));
}
