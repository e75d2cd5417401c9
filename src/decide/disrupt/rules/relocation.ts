import { memoizeByIdentity } from '../../../model/memoize-by-identity.ts';
import { type Pod, podRef } from '../../../model/pod.ts';
import type { Reason } from '../../../model/reason.ts';
import { addResources, type Resources, subtractResources } from '../../../model/resources.ts';
import type { PresentNode } from '../../../packing/model.ts';
import { type DrainableNode, DrainSimulation } from '../../../packing/rehearsal.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { fleetLayout, readyAlone } from '../../state/fleet-layout.ts';
import type { Worker } from '../../state/fleet.ts';
import { evictablePods } from './protections.ts';

const NOTHING: Resources = { cpuMillis: 0, memoryMiB: 0, pods: 0 };

/** Whether the pods of a node fit on the others (R48), by the packer that also grows the fleet. */
export interface Relocations {
  /** Why they do not; a node that may go counts as gone for the answers after it, and its pods as moved. */
  of(worker: Pick<Worker, 'id'>): Reason | undefined;
  /** Why they do not, for a node by itself: the answers after it are about the same fleet. */
  probe(worker: Pick<Worker, 'id'>): Reason | undefined;
}

/**
 * Answers about one node after another; the fleet is laid out when the first is asked for. Nodes that go in any case (`going`, by name)
 * are no room for others.
 */
export function relocationsIn(context: DecisionContext, going: ReadonlySet<string> = NONE): Relocations {
  const evictable = evictablePods(context.snapshot.pods);
  let laidOut: readonly DrainableNode[] | undefined;
  const nodes = () => (laidOut ??= drainableNodes(context, evictable).map((node) => closedIf(going, node)));
  let made: DrainSimulation | undefined;
  const simulation = () => (made ??= new DrainSimulation(nodes()));
  let room: Room | undefined;
  const reasonOf = (
    { id }: Pick<Worker, 'id'>,
    unplaceable: readonly Pod[] | undefined,
  ): Reason | undefined => {
    if (unplaceable === undefined) return { code: 'pods-unknown', text: `what runs on ${id} is not known` };
    const first = unplaceable[0];
    if (first === undefined) return undefined;
    const pods = evictable.get(id)?.length ?? 0;
    const text = `${unplaceable.length} of ${pods} pods of ${id} fit nowhere else, ${podRef(first)} first`;
    return { code: 'pods-do-not-fit', text, facts: { unplaced: unplaceable.length, pods } };
  };
  return {
    of: (worker) => reasonOf(worker, simulation().simulateDrain(worker.id)),
    probe: (worker) => {
      const answers = answersAbout(nodes());
      const known = answers.get(worker.id);
      if (known !== undefined) return known.reason;
      room ??= roomIn(nodes());
      const reason = tooLittleRoom(worker, room) ?? reasonOf(worker, simulation().probeDrain(worker.id));
      answers.set(worker.id, { reason });
      return reason;
    },
  };
}

type Answers = Map<string, { readonly reason: Reason | undefined }>;

/** What was answered about the very same nodes, by the first of them: most rounds find none changed. */
const answered = new WeakMap<
  DrainableNode,
  { readonly nodes: readonly DrainableNode[]; readonly answers: Answers }
>();

function answersAbout(nodes: readonly DrainableNode[]): Answers {
  const [first] = nodes;
  if (first === undefined) return new Map();
  const known = answered.get(first);
  const isSame = known?.nodes.length === nodes.length && known.nodes.every((node, i) => node === nodes[i]);
  if (known !== undefined && isSame) return known.answers;
  const answers: Answers = new Map();
  answered.set(first, { nodes, answers });
  return answers;
}

interface Room {
  readonly nodes: ReadonlyMap<string, DrainableNode>;
  /** What all open nodes together have left. */
  readonly left: Resources;
}

function roomIn(nodes: readonly DrainableNode[]): Room {
  return {
    nodes: new Map(nodes.map((node) => [node.place.id, node])),
    left: nodes
      .filter(({ isOpen }) => isOpen)
      .map(leftOn)
      .reduce(addResources, NOTHING),
  };
}

/** A sum that is too small needs no packing. */
function tooLittleRoom({ id }: Pick<Worker, 'id'>, { nodes, left }: Room): Reason | undefined {
  const node = nodes.get(id);
  if (node === undefined) return undefined;
  const own = node.isOpen ? leftOn(node) : NOTHING;
  const wanted = requestsOf(node);
  const short = (['cpuMillis', 'memoryMiB', 'pods'] as const).find(
    (resource) => wanted[resource] > left[resource] - own[resource],
  );
  if (short === undefined) return undefined;
  const text = `the other nodes together have too little ${ROOM_WORDS[short]} left for the ${node.movable.length} pods of ${id}`;
  return { code: 'pods-do-not-fit', text, facts: { pods: node.movable.length } };
}

const ROOM_WORDS = { cpuMillis: 'CPU', memoryMiB: 'memory', pods: 'room' } as const;

const requestsOf = memoizeByIdentity(({ movable }: DrainableNode): Resources =>
  movable.map(({ requests }) => requests).reduce(addResources, NOTHING),
);

function leftOn(node: DrainableNode): Resources {
  return subtractResources(node.free, requestsOf(node));
}

/** The ready nodes with what a drain would move set apart. */
function drainableNodes(
  context: DecisionContext,
  evictable: ReadonlyMap<string, readonly Pod[]>,
): readonly DrainableNode[] {
  return readyAlone(fleetLayout(context), context).map((node) =>
    emptiableNode(node, evictable.get(node.place.id) ?? NOBODY),
  );
}

const NOBODY: readonly Pod[] = [];
const NONE: ReadonlySet<string> = new Set();

function closedIf(going: ReadonlySet<string>, node: DrainableNode): DrainableNode {
  return going.has(node.place.id) ? { ...node, isOpen: false } : node;
}

interface Known {
  readonly movable: readonly Pod[];
  readonly emptiable: DrainableNode;
}

/** By the node as it is laid out, which is the same object as long as it and its pods are the same. */
const known = new WeakMap<PresentNode, Known>();

function emptiableNode(node: PresentNode, movable: readonly Pod[]): DrainableNode {
  const found = known.get(node);
  if (found?.movable === movable) return found.emptiable;
  const moving = new Set(movable);
  const emptiable = {
    ...node,
    pods: node.pods.filter((pod) => !moving.has(pod)),
    movable,
    free: movable.map((pod) => pod.requests).reduce(addResources, node.free),
  };
  known.set(node, { movable, emptiable });
  return emptiable;
}
