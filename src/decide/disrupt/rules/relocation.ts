import { type Pod, podRef } from '../../../model/pod.ts';
import type { Reason } from '../../../model/reason.ts';
import { addResources } from '../../../model/resources.ts';
import type { PresentNode } from '../../../packing/model.ts';
import { type DrainableNode, DrainSimulation } from '../../../packing/rehearsal.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { fleetLayout, readyAlone } from '../../state/fleet-layout.ts';
import type { Worker } from '../../state/fleet.ts';
import { evictablePods } from './protections.ts';

/**
 * Answers for one node after another whether all its pods fit on the others (R48), by the packer that also grows the
 * fleet. A node that may go counts as gone for the answers after it, and its pods as moved. Nodes that go in any case (`going`, by
 * name) are no room for others.
 */
export function relocator(
  context: DecisionContext,
  going: ReadonlySet<string> = NONE,
): (worker: Pick<Worker, 'id'>) => Reason | undefined {
  const evictable = evictablePods(context.snapshot.pods);
  let simulation: DrainSimulation | undefined;
  return (worker) => {
    simulation ??= new DrainSimulation(
      drainableNodes(context, evictable).map((node) => closedIf(going, node)),
    );
    const unplaceable = simulation.simulateDrain(worker.id);
    if (unplaceable === undefined) {
      return { code: 'pods-unknown', text: `what runs on ${worker.id} is not known` };
    }
    const first = unplaceable[0];
    if (first === undefined) return undefined;
    const pods = evictable.get(worker.id)?.length ?? 0;
    const text = `${unplaceable.length} of ${pods} pods of ${worker.id} fit nowhere else, ${podRef(first)} first`;
    return { code: 'pods-do-not-fit', text, facts: { unplaced: unplaceable.length, pods } };
  };
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
