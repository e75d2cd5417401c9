import type { Pod } from '../model/pod.ts';
import { type Resources, subtractResources } from '../model/resources.ts';
import {
  BinFleet,
  ConstrainedPlacement,
  type OrderedPlacement,
  type PackingContext,
  packingContextOf,
  placementOrder,
} from './filling.ts';
import { modelOf, type PackingProblem, type PodGroup } from './model.ts';
import { improveByLocalSearch, packNewNodes } from './search.ts';
import { type PlacedPod, type Solution, solutionOf } from './solution.ts';

/** Packs pods onto present nodes first, at no extra cost, and the others onto the cheapest new fleet that the search finds. */
export function solve(problem: PackingProblem): Solution {
  const { settled, context } =
    problem.pods.length === 0 ? NO_PODS : placeOnPresent(packingContextOf(modelOf(problem)));
  if (context === undefined) return { newNodes: [], placements: settled, unplaced: [] };
  const orderedPlacements: OrderedPlacement[] = [];
  const fleet = cheapFleet(context, orderedPlacements);
  orderedPlacements.push(...placeRemaining(context, fleet));
  const { newNodes, placements, unplaced } = solutionOf(context, fleet, orderedPlacements);
  return { newNodes, placements: [...settled, ...placements], unplaced };
}

interface PresentPlacement {
  readonly settled: readonly PlacedPod[];
  /** Of the pods that are left; `undefined` when none is. */
  readonly context: PackingContext | undefined;
}

const NO_PODS: PresentPlacement = { settled: [], context: undefined };

/** Pods that fit on present nodes count as bound to them from then on. */
function placeOnPresent(context: PackingContext): PresentPlacement {
  const { model } = context;
  if (model.present.length === 0) return { settled: [], context };
  const placement = new ConstrainedPlacement(context, new BinFleet(context), { mayOpen: false });
  placement.run([...model.groups].sort(placementOrder(model)));
  const settled = placement.orderedPlacements.map(({ pod, bin }) => ({
    pod,
    presentNode: bin.present,
    newNode: undefined,
  }));
  if (settled.length === 0) return { settled, context };
  if (settled.length === model.pods.length) return { settled, context: undefined };
  const byNode = Map.groupBy(settled, ({ presentNode }) => presentNode);
  const present = model.present.map((node, index) => {
    const settledHere = byNode.get(index);
    // The same object, so that what is known of the node is found again.
    if (settledHere === undefined) return node;
    const come = settledHere.map(({ pod }) => pod);
    const requests = come.map((pod): Resources => pod.requests);
    return { ...node, pods: [...node.pods, ...come], free: requests.reduce(subtractResources, node.free) };
  });
  const gone = new Set(settled.map(({ pod }) => pod));
  const pods = model.pods.filter((pod) => !gone.has(pod));
  const { buyable, maxNewNodes } = model;
  return { settled, context: packingContextOf(modelOf({ pods, buyable, present, maxNewNodes })) };
}

/** The cheapest fleet that the search finds; if it has more nodes than allowed, a fleet that is filled by pod priority. */
function cheapFleet(context: PackingContext, orderedPlacements: OrderedPlacement[]): BinFleet {
  const { model } = context;
  const fleet = packNewNodes(
    { ...context, model: { ...model, maxNewNodes: Number.POSITIVE_INFINITY } },
    orderedPlacements,
  );
  if (fleet.opened <= model.maxNewNodes) return fleet;
  orderedPlacements.length = 0;
  const bounded = new BinFleet(context);
  const placement = new ConstrainedPlacement(context, bounded);
  placement.run([...model.groups].sort(placementOrder(model)));
  orderedPlacements.push(...placement.orderedPlacements);
  improveByLocalSearch(context, bounded);
  return bounded;
}

/** Places the remaining pods on the packed fleet; pods that still do not fit are unplaceable. */
function placeRemaining(context: PackingContext, fleet: BinFleet): readonly OrderedPlacement[] {
  const { placed, nextBindingOrder } = boundIn(fleet);
  const rest = context.model.groups.flatMap((group): PodGroup[] => {
    const pods = group.pods.filter((pod) => !placed.has(pod));
    return pods.length === 0 ? [] : [{ ...group, pods }];
  });
  if (rest.length === 0) return [];
  fleet.showPresent();
  for (const bin of fleet.bins) {
    if (bin.present !== undefined) bin.isOpen = context.model.present[bin.present]?.isOpen ?? false;
  }
  const placement = new ConstrainedPlacement(context, fleet, { firstBindingOrder: nextBindingOrder });
  placement.run(rest.sort(placementOrder(context.model)));
  return placement.orderedPlacements;
}

function boundIn({ bins }: BinFleet): {
  readonly placed: ReadonlySet<Pod>;
  readonly nextBindingOrder: number;
} {
  const placed = new Set<Pod>();
  let nextBindingOrder = 0;
  for (const { items } of bins) {
    for (const { pod, batch } of items) {
      placed.add(pod);
      nextBindingOrder = Math.max(nextBindingOrder, batch.bindingOrder + 1);
    }
  }
  return { placed, nextBindingOrder };
}
