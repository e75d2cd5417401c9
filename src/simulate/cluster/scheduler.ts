import { doHostPortsConflict } from '../../model/host-port.ts';
import type { Node } from '../../model/node.ts';
import { type Pod, type PodAffinityTerm, picksPod, type TopologySpread } from '../../model/pod.ts';
import { fitsInto } from '../../model/resources.ts';
import { selects } from '../../model/selector.ts';
import { untoleratedTaint } from '../../model/taint.ts';
import type { ClusterState } from './cluster-state.ts';
import { balancedScore, spreadScores } from './scores.ts';

/** `leastAllocated` reaches from 0 to 2, a plugin's scores from 0 to 100. */
const LEAST_ALLOCATED_WEIGHT = 50;

/**
 * The name of the node that kube-scheduler would bind the pod to now, or `undefined` when no node will do. With `scoresAll`, balanced
 * use and soft spread are scored beside the free share.
 */
export function chooseNode(pod: Pod, state: ClusterState, scoresAll = false): string | undefined {
  let best: { readonly name: string; readonly score: number } | undefined;
  const nodes = state.nodes().filter((node) => mayRunOn(pod, node, state));
  const spread = scoresAll ? spreadScores(pod, nodes, state) : undefined;
  for (const node of nodes) {
    const score =
      LEAST_ALLOCATED_WEIGHT * leastAllocated(pod, node, state) +
      (scoresAll ? balancedScore(pod, node, state) : 0) +
      (spread?.get(node.name) ?? 0);
    if (best === undefined || score > best.score || (score === best.score && node.name < best.name))
      best = { name: node.name, score };
  }
  return best?.name;
}

function mayRunOn(pod: Pod, node: Node, state: ClusterState): boolean {
  return (
    node.isReady &&
    !node.isUnschedulable &&
    fitsInto(pod.requests, state.freeOn(node)) &&
    untoleratedTaint(pod.tolerations, node.taints) === undefined &&
    matchesNode(pod, node) &&
    hasFreePorts(pod, node, state) &&
    pod.podAntiAffinity.every((term) => matchesInDomain(term, node, state) === 0) &&
    pod.podAffinity.every((term) => isAttracted(pod, term, node, state)) &&
    isWelcome(pod, node, state) &&
    pod.topologySpread.every((spread) => keepsSkew(pod, spread, node, state))
  );
}

function matchesNode(pod: Pod, node: Node): boolean {
  if (!selects(pod.nodeSelector, node.labels)) return false;
  if (pod.nodeAffinityTerms.length > 0 && !pod.nodeAffinityTerms.some((term) => selects(term, node.labels)))
    return false;
  return pod.volumeNodes.every((places) => places.some((place) => selects(place, node.labels)));
}

function hasFreePorts(pod: Pod, node: Node, state: ClusterState): boolean {
  if (pod.hostPorts.length === 0) return true;
  return !state.podsOn(node.name).some((other) => doHostPortsConflict(pod.hostPorts, other.hostPorts));
}

/** How many pods that the term selects run in the node's domain. */
function matchesInDomain(term: PodAffinityTerm, node: Node, state: ClusterState): number {
  const domain = node.labels[term.topologyKey];
  if (domain === undefined) return 0;
  let count = 0;
  for (const other of nodesInDomain(term.topologyKey, domain, state)) {
    for (const pod of state.podsOn(other.name)) if (picksPod(term, pod)) count += 1;
  }
  return count;
}

/** Affinity to pods that exist nowhere yet is satisfied by the first pod that matches its own term. */
function isAttracted(pod: Pod, term: PodAffinityTerm, node: Node, state: ClusterState): boolean {
  if (node.labels[term.topologyKey] === undefined) return false;
  if (matchesInDomain(term, node, state) > 0) return true;
  const existsElsewhere = state.pods().some((p) => p.nodeName !== undefined && picksPod(term, p));
  return !existsElsewhere && picksPod(term, pod);
}

/** Whether no pod that runs already keeps this one away by its own anti-affinity. */
function isWelcome(pod: Pod, node: Node, state: ClusterState): boolean {
  for (const resident of state.repelling()) {
    const home = resident.nodeName === undefined ? undefined : state.node(resident.nodeName);
    const repels = resident.podAntiAffinity.some(
      ({ topologyKey, ...term }) =>
        node.labels[topologyKey] !== undefined &&
        node.labels[topologyKey] === home?.labels[topologyKey] &&
        picksPod(term, pod),
    );
    if (repels) return false;
  }
  return true;
}

function keepsSkew(pod: Pod, spread: TopologySpread, node: Node, state: ClusterState): boolean {
  if (spread.whenUnsatisfiable !== 'DoNotSchedule') return true;
  const domain = node.labels[spread.topologyKey];
  if (domain === undefined) return false;
  const counts = new Map<string, number>();
  for (const other of state.nodes()) {
    const key = other.labels[spread.topologyKey];
    if (key === undefined || other.isControlPlane) continue;
    const here = state.podsOn(other.name).filter((p) => isSpread(spread, pod.namespace, p)).length;
    counts.set(key, (counts.get(key) ?? 0) + here);
  }
  const min = Math.min(...counts.values());
  const own = selects(spread.selector, pod.labels) ? 1 : 0;
  return (counts.get(domain) ?? 0) + own - min <= spread.maxSkew;
}

function isSpread(spread: TopologySpread, namespace: string, pod: Pod): boolean {
  return (
    pod.namespace === namespace &&
    pod.deletionRequestedAtMs === undefined &&
    selects(spread.selector, pod.labels)
  );
}

function nodesInDomain(key: string, domain: string, state: ClusterState): readonly Node[] {
  return state.nodes().filter((node) => node.labels[key] === domain);
}

/** NodeResourcesFit with LeastAllocated, the scheduler's default: the mean free share of CPU and memory afterwards. */
function leastAllocated(pod: Pod, node: Node, state: ClusterState): number {
  const free = state.freeOn(node);
  const cpu = (free.cpuMillis - pod.requests.cpuMillis) / node.allocatable.cpuMillis;
  const memory = (free.memoryMiB - pod.requests.memoryMiB) / node.allocatable.memoryMiB;
  return cpu + memory;
}
