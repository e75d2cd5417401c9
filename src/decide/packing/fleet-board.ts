import { type DaemonOverhead, daemonsOn } from '../../model/daemon-overhead.ts';
import { type Node, STARTUP_TAINT_KEY } from '../../model/node.ts';
import type { Offering } from '../../model/offering.ts';
import { type Pod, podRef, podsByNode } from '../../model/pod.ts';
import type { Taint } from '../../model/taint.ts';
import type { Worker } from '../fleet.ts';
import { parseOfferingKey } from '../offering-parts.ts';
import type { Situation } from '../situation.ts';
import { aBin, type Bin } from './bin.ts';
import { Board } from './board.ts';

/** Taints that a node sheds by itself while it boots. */
const BOOT_TAINTS: ReadonlySet<string> = new Set([
  STARTUP_TAINT_KEY,
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/network-unavailable',
  'node.cloudprovider.kubernetes.io/uninitialized',
]);

/** The cluster as the packer sees it. */
export interface FleetBoard {
  readonly board: Board;
  readonly binOfNode: ReadonlyMap<string, Bin>;
  /** Pods (`namespace/name`) that a node in flight was bought for; they stand in its bin already. */
  readonly nominated: ReadonlySet<string>;
}

/**
 * Lays out the bins: ready nodes (the control plane too, its taints decide), then nodes that boot, then launches of
 * which nothing is seen yet, each sorted by name. Cordoned, unready and leaving nodes are closed: their pods only
 * count for topology.
 */
export function fleetBoard(situation: Situation): FleetBoard {
  const board = new Board();
  const podsOf = podsByNode(situation.snapshot.pods);
  const workerOfNode = new Map<string, Worker>();
  const { workers, leaving } = situation.fleet;
  for (const worker of workers) if (worker.node !== undefined) workerOfNode.set(worker.node.name, worker);
  const leavingNames = new Set(leaving.map((worker) => worker.node?.name));
  const binOfNode = new Map<string, Bin>();
  const nodes = [...situation.snapshot.nodes].sort(
    (a, b) => Number(b.isReady) - Number(a.isReady) || (a.name < b.name ? -1 : 1),
  );
  for (const node of nodes) {
    const pods = podsOf.get(node.name) ?? [];
    const worker = workerOfNode.get(node.name);
    const bin = binOf({ node, worker, pods, situation, isLeaving: leavingNames.has(node.name) });
    board.addBin(bin);
    for (const pod of pods) board.place(pod, bin);
    binOfNode.set(node.name, bin);
  }
  const virtual = workers.filter((worker) => worker.node === undefined);
  for (const worker of virtual) {
    const offering = offeringOf(worker, situation.snapshot.offerings);
    if (offering !== undefined) board.addBin(binOfOffering(worker.id, offering, situation.snapshot.daemons));
  }
  return { board, binOfNode, nominated: placeNominated(board, situation) };
}

/** The bin of a node that would be bought: empty but for what every node carries. */
export function binOfOffering(id: string, offering: Offering, daemons: readonly DaemonOverhead[]): Bin {
  const labels = {
    'kubernetes.io/hostname': id,
    'kubernetes.io/arch': offering.arch,
    'kubernetes.io/os': 'linux',
    // Deprecated for years, and still what every kubelet says.
    'beta.kubernetes.io/arch': offering.arch,
    'beta.kubernetes.io/os': 'linux',
    'topology.kubernetes.io/zone': offering.zone,
    'topology.kubernetes.io/region': offering.zone.replace(/[a-z]$/, ''),
    'node.kubernetes.io/instance-type': offering.type,
    'smartscale.dev/lifecycle': offering.lifecycle,
  };
  const carried = daemonsOn(daemons, { labels, taints: [] });
  return aBin({ id, labels, allocatable: offering.allocatable, daemons: carried });
}

interface NodeBinParts {
  readonly node: Node;
  readonly worker: Worker | undefined;
  readonly pods: readonly Pod[];
  readonly situation: Situation;
  readonly isLeaving: boolean;
}

function binOf({ node, worker, pods, situation, isLeaving }: NodeBinParts): Bin {
  const isBooting = boots(node, worker, situation);
  const isCancelled = isCordonUndone(node, worker);
  const isUsable = (!node.isUnschedulable || isCancelled) && (node.isReady || isBooting);
  const { offerings, daemons } = situation.snapshot;
  const fromCatalogue = node.allocatable.memoryMiB > 0 ? undefined : offeringOf(worker, offerings);
  const { labels } = node;
  const taints = node.taints.filter((taint) => !isPassing(taint, { isBooting, isCancelled }));
  return aBin({
    id: node.name,
    labels,
    taints,
    isOpen: !isLeaving && isUsable,
    allocatable: fromCatalogue?.allocatable ?? node.allocatable,
    daemons: isBooting ? missingDaemons(daemonsOn(daemons, { labels, taints }), pods) : [],
  });
}

/**
 * Whether the taints of booting are about to go. A node that just became Ready, or whose launch has just ended, still
 * shows them until the watch has caught up: buying again for the pods that it was bought for would be a second node.
 */
function boots(node: Node, worker: Worker | undefined, situation: Situation): boolean {
  if (worker === undefined) return false;
  const isTainted = node.taints.some((taint) => taint.key === STARTUP_TAINT_KEY);
  return worker.launch !== undefined || isTainted || isYoung(node, situation);
}

/** Our own cordon on a node that is not being removed: the removal was stopped and the cordon is about to go. */
function isCordonUndone(node: Node, worker: Worker | undefined): boolean {
  return node.cordonedBy !== undefined && worker !== undefined && worker.removal === undefined;
}

function isPassing(
  taint: Taint,
  state: { readonly isBooting: boolean; readonly isCancelled: boolean },
): boolean {
  if (state.isBooting && BOOT_TAINTS.has(taint.key)) return true;
  return state.isCancelled && isCordonTaint(taint);
}

function isYoung(node: Node, situation: Situation): boolean {
  return situation.nowMs - node.createdAtMs < situation.policy.launch.joinTimeoutSeconds * 1000;
}

function isCordonTaint(taint: Taint): boolean {
  return taint.key === 'node.kubernetes.io/unschedulable';
}

/** What DaemonSets will still ask of a node that boots; those whose pod stands there are counted with the pods. */
function missingDaemons(daemons: readonly DaemonOverhead[], pods: readonly Pod[]): readonly DaemonOverhead[] {
  const present = new Set<string>();
  for (const { namespace, owner } of pods) {
    if (owner?.kind === 'DaemonSet') present.add(`${namespace}/${owner.name}`);
  }
  return daemons.filter((daemon) => !present.has(daemon.name));
}

function offeringOf(worker: Worker | undefined, offerings: readonly Offering[]): Offering | undefined {
  if (worker === undefined) return undefined;
  const wanted = worker.type === undefined ? parseOfferingKey(worker.launch?.offerings[0]) : worker;
  return offerings.find(
    (o) => o.type === wanted?.type && o.zone === wanted.zone && o.lifecycle === wanted.lifecycle,
  );
}

/** Pods that a launch in flight was bought for take their room in it, whatever else looks like a fit. */
function placeNominated(board: Board, situation: Situation): ReadonlySet<string> {
  const nominated = new Set<string>();
  const waiting = new Map<string, Pod>();
  for (const pod of situation.snapshot.pods) {
    if (pod.nodeName === undefined && pod.phase === 'Pending') waiting.set(podRef(pod), pod);
  }
  const binById = new Map(board.bins.map((bin) => [bin.id, bin]));
  for (const worker of situation.fleet.workers) {
    for (const ref of worker.launch?.nominatedPods ?? []) {
      const pod = waiting.get(ref);
      if (pod === undefined || nominated.has(ref)) continue;
      nominated.add(ref);
      const bin = binById.get(worker.id);
      if (bin !== undefined) board.place(pod, bin);
    }
  }
  return nominated;
}
