import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { isAdmitted, type Node } from '../../model/node.ts';
import type { LaunchOperation, Operation } from '../../model/operation.ts';
import { podsByNode } from '../../model/pod-lists.ts';
import { podShape } from '../../model/pod-shape.ts';
import { needsEviction, occupiesNode, type Pod } from '../../model/pod.ts';
import { fitsInto, type Resources, subtractResources } from '../../model/resources.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { barrier } from '../../packing/rules.ts';
import { backoffMs } from '../../time/backoff.ts';
import { launchesIn } from './operation-lists.ts';

/** By then the scheduler has looked at a node that just became ready. */
const SETTLED_MS = 60_000;
/** After a node was bought in vain, none is bought for pods like these for so long; twice as long after each further one. */
const REST = { firstMs: 2 * 3_600_000, maxMs: 24 * 3_600_000 } as const;

/** Nodes that were bought for pods of one shape and did not take any. */
export interface VainPurchase {
  readonly count: number;
  /** The node of the latest. */
  readonly nodeName: string;
  readonly untilMs: number;
}

/** What was bought in vain for pods like this one and holds back another purchase; `undefined`: nothing. */
export type VainPurchaseOf = (pod: Pod) => VainPurchase | undefined;

/**
 * Finds nodes that were bought for pods that wait still, and took none like them: because the node is not what its offering said, or
 * because the scheduler knows a reason that we do not. A node whose room went to other pods is not among them. Nodes that are gone
 * are remembered by their removals.
 */
export function vainPurchases(
  { nodes, pods, operations }: Pick<Snapshot, 'nodes' | 'pods' | 'operations'>,
  waiting: readonly Pod[],
  nowMs: number,
): VainPurchaseOf {
  const bought = boughtForIn(operations);
  if (bought.size === 0 || waiting.length === 0) return () => undefined;
  const nodeOf = new Map(nodes.map((node) => [node.instanceId, node]));
  const on = podsByNode(pods);
  const known = new Map<string, VainPurchase | undefined>();
  return (pod) => {
    const shape = podShape(pod);
    if (known.has(shape)) return known.get(shape);
    const inVain = (bought.get(shape) ?? []).filter((launch) => {
      // A node that goes is cordoned, and what its removal says of it holds on.
      if (untakenIn(operations).get(launch.instanceId)?.has(shape) === true) return true;
      const node = nodeOf.get(launch.instanceId);
      return node !== undefined && isUntaken(pod, { node, launch, on: on.get(node.name) ?? [], nowMs });
    });
    const found = purchaseOf(inVain, nodeOf, nowMs);
    known.set(shape, found);
    return found;
  };
}

/** Of the shapes that the node was bought for, those of which a pod waits and none is on it. */
export function untakenShapes(
  node: Node,
  { pods, operations }: Pick<Snapshot, 'pods' | 'operations'>,
  waiting: readonly Pod[],
): readonly string[] {
  const launch = launchesIn(operations).find(({ instanceId }) => instanceId === node.instanceId);
  if (launch?.boughtFor === undefined || node.instanceId === undefined) return [];
  const taken = new Set((podsByNode(pods).get(node.name) ?? []).map(podShape));
  const wanted = new Set(waiting.map(podShape));
  return launch.boughtFor.filter((shape) => wanted.has(shape) && !taken.has(shape));
}

function purchaseOf(
  inVain: readonly LaunchOperation[],
  nodeOf: ReadonlyMap<string | undefined, Node>,
  nowMs: number,
): VainPurchase | undefined {
  const last = inVain.toSorted((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0))[0];
  if (last === undefined) return undefined;
  const untilMs = Math.min(last.endedAtMs ?? nowMs, nowMs) + backoffMs(inVain.length, REST);
  if (untilMs <= nowMs) return undefined;
  const nodeName = nodeOf.get(last.instanceId)?.name ?? last.instanceId ?? last.id;
  return { count: inVain.length, nodeName, untilMs };
}

interface Bought {
  readonly node: Node;
  readonly launch: LaunchOperation;
  readonly on: readonly Pod[];
  readonly nowMs: number;
}

function isUntaken(pod: Pod, { node, launch, on, nowMs }: Bought): boolean {
  if (!node.isReady || node.isUnschedulable || !isAdmitted(node)) return false;
  const shape = podShape(pod);
  if (on.some((one) => podShape(one) === shape)) return false;
  const own = on.filter((one) => occupiesNode(one) && !needsEviction(one));
  const place = { id: node.name, labels: node.labels, taints: node.taints, hostPorts: [] };
  if (barrier(pod, place) !== undefined) return true;
  if (!fitsInto(pod.requests, without(node.allocatable, own))) return true;
  if (!fitsInto(pod.requests, without(node.allocatable, on.filter(occupiesNode)))) return false;
  // It fits by all that we know: the scheduler knows more, once it has had the time to look.
  const sinceMs = Math.max(launch.endedAtMs ?? nowMs, pod.unschedulableSinceMs ?? nowMs);
  return nowMs - sinceMs >= SETTLED_MS;
}

function without(allocatable: Resources, pods: readonly Pod[]): Resources {
  return pods.map(({ requests }) => requests).reduce(subtractResources, allocatable);
}

/** Launches that became ready, by the shapes of the pods that they were bought for. */
const boughtForIn = memoizeByIdentity(
  (operations: readonly Operation[]): ReadonlyMap<string, readonly LaunchOperation[]> => {
    const found = new Map<string, LaunchOperation[]>();
    for (const launch of launchesIn(operations)) {
      if (launch.step !== 'ready') continue;
      for (const shape of launch.boughtFor ?? []) found.set(shape, [...(found.get(shape) ?? []), launch]);
    }
    return found;
  },
);

/** By instance, the shapes that removals say it never took. */
const untakenIn = memoizeByIdentity(
  (operations: readonly Operation[]): ReadonlyMap<string | undefined, ReadonlySet<string>> => {
    const removals = operations.filter((operation) => operation.kind === 'remove');
    return new Map(removals.map(({ instanceId, untaken = [] }) => [instanceId, new Set(untaken)]));
  },
);
