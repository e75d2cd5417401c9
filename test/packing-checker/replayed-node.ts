import type { DaemonOverhead } from '../../src/model/daemon-overhead.ts';
import type { Offering } from '../../src/model/offering.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Resources } from '../../src/model/resources.ts';
import type { Labels } from '../../src/model/selector.ts';
import { matches } from './selection.ts';

export const HOSTNAME = 'kubernetes.io/hostname';

/** A planned node while bindings are replayed on it. */
export interface ReplayedNode {
  readonly id: string;
  readonly labels: Labels;
  readonly free: Map<string, number>;
  readonly hostPorts: Set<string>;
}

/** An empty node of the offering, with what the DaemonSets that select it take off. */
export function replayedNode(
  id: string,
  offering: Offering,
  daemons: readonly DaemonOverhead[],
): ReplayedNode {
  const node = {
    id,
    labels: labelsOf(id, offering),
    free: amountsOf(offering.allocatable),
    hostPorts: new Set<string>(),
  };
  for (const daemon of daemons) if (admitsNode(daemon, node.labels)) occupy(node, daemon);
  return node;
}

/** What the contract of `smartscale pack` says a node is labelled with. */
export function labelsOf(id: string, { zone, type, arch, lifecycle }: Offering): Labels {
  return {
    [HOSTNAME]: id,
    'kubernetes.io/arch': arch,
    'kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': arch,
    'beta.kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': type,
    'topology.kubernetes.io/zone': zone,
    'topology.kubernetes.io/region': zone.replace(/[a-z]$/, ''),
    'smartscale.dev/lifecycle': lifecycle,
  };
}

export function occupy(node: ReplayedNode, pod: Pick<Pod, 'requests' | 'hostPorts'>): void {
  take(node.free, pod.requests);
  for (const port of pod.hostPorts) node.hostPorts.add(port);
}

/** Why the node by itself is not for the pod, its other pods' places aside. */
export function nodeRefusal(pod: Pod, node: ReplayedNode): string | undefined {
  for (const [name, wanted] of amountsOf(pod.requests)) {
    const free = node.free.get(name) ?? 0;
    if (wanted > free + 1e-9) return `${name}: ${wanted} wanted, ${free} free`;
  }
  if (!admitsNode(pod, node.labels)) return 'node selector or node affinity';
  for (const alternatives of pod.volumeNodes) {
    if (!alternatives.some((selector) => matches(selector, node.labels))) return 'volume lies elsewhere';
  }
  const taken = pod.hostPorts.find((port) => node.hostPorts.has(port));
  return taken === undefined ? undefined : `host port ${taken} is taken`;
}

/** Whether the pod's node selector and required node affinity admit a node with these labels. */
export function admitsNode(
  { nodeSelector, nodeAffinityTerms }: Pick<Pod, 'nodeSelector' | 'nodeAffinityTerms'>,
  labels: Labels,
): boolean {
  if (!matches(nodeSelector, labels)) return false;
  return nodeAffinityTerms.length === 0 || nodeAffinityTerms.some((term) => matches(term, labels));
}

function amountsOf({ cpuMillis, memoryMiB, pods, extended = {} }: Resources): Map<string, number> {
  return new Map([['cpu', cpuMillis], ['memory', memoryMiB], ['pods', pods], ...Object.entries(extended)]);
}

function take(free: Map<string, number>, taken: Resources): void {
  for (const [name, amount] of amountsOf(taken)) free.set(name, (free.get(name) ?? 0) - amount);
}
