import { type DaemonOverhead, daemonsOn } from '../../model/daemon-overhead.ts';
import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { isAdmitted, type Node } from '../../model/node.ts';
import { podsByNode, unboundPods } from '../../model/pod-lists.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import { type Resources, subtractResources } from '../../model/resources.ts';
import type { Taint } from '../../model/taint.ts';
import { buyableNode, type PresentNode } from '../../packing/model.ts';
import { isBootTaint } from './boot-taints.ts';
import type { DecisionContext } from './decision-context.ts';
import type { Worker } from './fleet.ts';
import { offeringOfWorker } from './offering-of-worker.ts';

/** The cluster as the packer sees it. */
export interface FleetLayout {
  readonly present: readonly PresentNode[];
  /** Pods (`namespace/name`) nominated to a node in flight; they count as bound to it. */
  readonly nominated: ReadonlySet<string>;
}

/**
 * Lays out the nodes: ready ones (the control plane too, its taints decide), then those that boot, then launches of which
 * nothing is seen yet, each sorted by name. Cordoned, unready and leaving nodes are closed: their pods only count for
 * topology.
 */
export function fleetLayout(context: DecisionContext): FleetLayout {
  const { snapshot, fleet } = context;
  const existing = podsByNode(snapshot.pods);
  const nominees = nominatedPods(context);
  const workerOfNode = new Map(fleet.workers.map((worker) => [worker.node?.name, worker]));
  const leaving = new Set(fleet.leaving.map((worker) => worker.node?.name));
  const seen = inOrder(snapshot.nodes).map((node) => {
    const worker = workerOfNode.get(node.name);
    const pods = existing.get(node.name) ?? NO_PODS;
    const coming = nominees.get(worker?.id ?? '') ?? NO_PODS;
    return presentNode(node, { worker, pods, coming, situation: context, isLeaving: leaving.has(node.name) });
  });
  const unseen = fleet.workers.flatMap((worker): PresentNode[] => {
    if (worker.node !== undefined) return [];
    const offering = offeringOfWorker(worker, snapshot.offerings);
    if (offering === undefined) return [];
    const { place, free } = buyableNode(offering, snapshot.daemons, 0);
    const labels = { ...place.labels, 'kubernetes.io/hostname': worker.id };
    const empty = { place: { ...place, id: worker.id, labels }, isOpen: true, free, pods: [] };
    return [holding(empty, nominees.get(worker.id) ?? [])];
  });
  const nominated = new Set([...nominees.values()].flat().map(podRef));
  return { present: [...seen, ...unseen], nominated };
}

/** The same nodes with only the ready ones open: what only boots is no room to move pods to. */
export function readyAlone({ present }: FleetLayout, { snapshot }: DecisionContext): readonly PresentNode[] {
  const ready = new Set(snapshot.nodes.filter(({ isReady }) => isReady).map(({ name }) => name));
  return present.map((node) => (node.isOpen && !ready.has(node.place.id) ? closed(node) : node));
}

const closed = memoizeByIdentity((node: PresentNode): PresentNode => ({ ...node, isOpen: false }));

const NO_PODS: readonly Pod[] = [];

const inOrder = memoizeByIdentity((nodes: readonly Node[]) =>
  [...nodes].sort((a, b) => Number(b.isReady) - Number(a.isReady) || (a.name < b.name ? -1 : 1)),
);

/** All that a node's lay-out depends on, but for the node itself. */
interface LayoutKey {
  readonly pods: readonly Pod[];
  readonly isOpen: boolean;
  readonly isCancelled: boolean;
  /** Of a booting node, which they come to. */
  readonly daemons: readonly DaemonOverhead[] | undefined;
  /** Of a booting node, which loses them. */
  readonly startupTaints: readonly string[] | undefined;
}

/** How each node was laid out last: the same object as long as it, its pods and what comes to it are the same. */
const laidOut = new WeakMap<Node, { readonly key: LayoutKey; readonly present: PresentNode }>();

function presentNode(node: Node, context: NodeContext & { readonly coming: readonly Pod[] }): PresentNode {
  const { pods, coming } = context;
  const isItself = coming.length === 0 && node.allocatable.memoryMiB > 0;
  if (!isItself) return holding(emptyNode(node, context), [...pods, ...coming]);
  const key = layoutKeyOf(node, context);
  const known = laidOut.get(node);
  if (known !== undefined && isSameKey(known.key, key)) return known.present;
  const present = holding(emptyNode(node, context), pods);
  laidOut.set(node, { key, present });
  return present;
}

function layoutKeyOf(node: Node, { worker, pods, situation, isLeaving }: NodeContext): LayoutKey {
  const isBooting = boots(node, worker, situation);
  const isCancelled = isCordonUndone(node, worker);
  const isUsable = (!node.isUnschedulable || isCancelled) && (node.isReady || isBooting);
  const { template } = situation.policy.instances;
  return {
    pods,
    isOpen: !isLeaving && isUsable,
    isCancelled,
    daemons: isBooting ? situation.snapshot.daemons : undefined,
    startupTaints: isBooting ? template.startupTaints : undefined,
  };
}

function isSameKey(a: LayoutKey, b: LayoutKey): boolean {
  return (
    a.pods === b.pods &&
    a.isOpen === b.isOpen &&
    a.isCancelled === b.isCancelled &&
    a.daemons === b.daemons &&
    a.startupTaints === b.startupTaints
  );
}

function holding(node: PresentNode, pods: readonly Pod[]): PresentNode {
  const requests = pods.map((pod): Resources => pod.requests);
  return { ...node, pods, free: requests.reduce(subtractResources, node.free) };
}

interface NodeContext {
  readonly worker: Worker | undefined;
  readonly pods: readonly Pod[];
  readonly situation: DecisionContext;
  readonly isLeaving: boolean;
}

function emptyNode(node: Node, { worker, pods, situation: context, isLeaving }: NodeContext): PresentNode {
  const isBooting = boots(node, worker, context);
  const isCancelled = isCordonUndone(node, worker);
  const isUsable = (!node.isUnschedulable || isCancelled) && (node.isReady || isBooting);
  const { offerings, daemons } = context.snapshot;
  const fromCatalogue = node.allocatable.memoryMiB > 0 ? undefined : offeringOfWorker(worker, offerings);
  const { labels } = node;
  const { startupTaints } = context.policy.instances.template;
  const taints = node.taints.filter((taint) => !isPassing(taint, { isBooting, isCancelled, startupTaints }));
  const coming = isBooting ? missingDaemons(daemonsOn(daemons, { labels, taints }), pods) : [];
  const allocatable = fromCatalogue?.allocatable ?? node.allocatable;
  return {
    place: { id: node.name, labels, taints, hostPorts: coming.flatMap((daemon) => daemon.hostPorts) },
    isOpen: !isLeaving && isUsable,
    free: coming.map((daemon) => daemon.requests).reduce(subtractResources, allocatable),
    pods: [],
  };
}

/**
 * Whether the startup taints are about to be removed. A node that just became Ready, or whose launch has just ended, still shows
 * them until the watch has caught up: buying again for the pods that it was bought for would be a second node.
 */
function boots(node: Node, worker: Worker | undefined, context: DecisionContext): boolean {
  if (worker === undefined) return false;
  return worker.launch !== undefined || !isAdmitted(node) || isYoung(node, context);
}

/** Our own cordon on a node that is not being removed: the removal was stopped and the cordon is about to go. */
function isCordonUndone(node: Node, worker: Worker | undefined): boolean {
  return node.cordonedBy !== undefined && worker !== undefined && worker.removal === undefined;
}

function isPassing(
  taint: Taint,
  state: {
    readonly isBooting: boolean;
    readonly isCancelled: boolean;
    readonly startupTaints: readonly string[];
  },
): boolean {
  if (state.isBooting && isBootTaint(taint.key, state.startupTaints)) return true;
  return state.isCancelled && taint.key === 'node.kubernetes.io/unschedulable';
}

function isYoung(node: Node, context: DecisionContext): boolean {
  return context.nowMs - node.createdAtMs < context.policy.launch.joinTimeoutSeconds * 1000;
}

/** Resources that DaemonSets will still request on a booting node; DaemonSet pods that are bound already count as pods. */
function missingDaemons(daemons: readonly DaemonOverhead[], pods: readonly Pod[]): readonly DaemonOverhead[] {
  const present = new Set<string>();
  for (const { namespace, owner } of pods) {
    if (owner?.kind === 'DaemonSet') present.add(`${namespace}/${owner.name}`);
  }
  return daemons.filter((daemon) => !present.has(daemon.name));
}

/** Pods that a launch in flight was bought for take their room in it, whatever else looks like a fit; by worker. */
function nominatedPods({ snapshot, fleet }: DecisionContext): ReadonlyMap<string, readonly Pod[]> {
  const buying = fleet.workers.filter(({ launch }) => (launch?.nominatedPods.length ?? 0) > 0);
  if (buying.length === 0) return NOBODY;
  const waiting = new Map<string, Pod>();
  for (const pod of unboundPods(snapshot.pods)) {
    if (pod.phase === 'Pending') waiting.set(podRef(pod), pod);
  }
  return new Map(
    buying.map((worker) => {
      const pods = (worker.launch?.nominatedPods ?? []).flatMap((ref) => waiting.get(ref) ?? []);
      for (const pod of pods) waiting.delete(podRef(pod));
      return [worker.id, pods];
    }),
  );
}

const NOBODY: ReadonlyMap<string, readonly Pod[]> = new Map();
