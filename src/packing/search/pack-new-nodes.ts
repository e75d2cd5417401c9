import type { Pod } from '../../model/pod.ts';
import {
  type Batch,
  bindingOrderOf,
  BinFleet,
  ConstrainedPlacement,
  GreedyPlacer,
  needsOrderedPlacement,
  type Order,
  type OrderedPlacement,
  type PackingContext,
  placementOrders,
  type PodBatch,
  strategiesFor,
  type Strategy,
} from '../filling.ts';
import type { PodGroup } from '../model.ts';
import { canBeExact, exactFleet } from './exact-fleet.ts';
import { improveByLocalSearch } from './local-search.ts';

/** Strategies that are always tried, and the nodes looked at after which no more are, so that large fleets do not wait. */
const MIN_STRATEGIES = 3;
const MAX_WORK = 100_000;

interface PlacedFleet {
  readonly fleet: BinFleet;
  readonly orderedPlacements: readonly OrderedPlacement[];
}

/**
 * Packs all pods of the problem onto nodes to be bought. Where rules look beyond single nodes, groups are first placed in binding
 * order under all rules, which fixes their topology classes and binding orders. With these kept, every strategy packs again, free
 * to choose the nodes within the classes; a cheaper fleet is then searched for around the cheapest. Few pods are placed in several
 * orders, and very few packed exactly, or in several orders where not all can be placed. Pods without a place are left out. Adds
 * the ordered placements to `orderedPlacements`.
 */
export function packNewNodes(context: PackingContext, orderedPlacements: OrderedPlacement[]): BinFleet {
  const { model } = context;
  const needsOrder = needsOrderedPlacement(context);
  const [order, ...otherOrders] = placementOrders(model);
  const mayDiffer = model.groups.some(needsOrder);
  // Without ordered placements all orders give the same result; before an exact search one result is enough as the upper bound.
  const isOneOrderEnough = !mayDiffer || canBeExact(model);
  let best = packedInOrder(context, order, needsOrder);
  if (!isOneOrderEnough) best = bestOf(context, best, { orders: otherOrders, needsOrder });
  const isWhole = () => best.fleet.podCount === model.pods.length;
  const exact = exactFleet(context, isWhole() ? best.fleet.costUsd : Number.POSITIVE_INFINITY);
  if (exact !== undefined) return exact;
  // No way places all: another order may still leave fewer out.
  if (isOneOrderEnough && mayDiffer && !isWhole())
    best = bestOf(context, best, { orders: otherOrders, needsOrder });
  const { fleet, orderedPlacements: ordered } = best;
  orderedPlacements.push(...ordered);
  for (const { items, topologyClass } of fleet.bins) {
    for (const { batch } of items) fleet.counts.add(batch.group.rules, topologyClass);
  }
  return fleet;
}

/** The best of a fleet and those of other orders. */
function bestOf(
  context: PackingContext,
  first: PlacedFleet,
  {
    orders,
    needsOrder,
  }: { readonly orders: readonly Order[]; readonly needsOrder: (group: PodGroup) => boolean },
): PlacedFleet {
  let best = first;
  for (const order of orders) {
    const one = packedInOrder(context, order, needsOrder);
    if (isBetter(one.fleet, best.fleet)) best = one;
  }
  return best;
}

function packedInOrder(
  context: PackingContext,
  order: Order,
  needsOrder: (group: PodGroup) => boolean,
): PlacedFleet {
  const { model } = context;
  const placement = new ConstrainedPlacement(context, newNodesOnly(context));
  placement.run(model.groups.filter(needsOrder).sort(order));
  const batches = [
    ...orderedBatches(placement),
    ...freeBatches(context, placement.nextBindingOrder, needsOrder),
  ];
  const classShares = classSharesOf(context, batches);
  let best: BinFleet | undefined;
  let work = 0;
  for (const [index, strategy] of strategiesFor(model).entries()) {
    if (index >= MIN_STRATEGIES && work > MAX_WORK) break;
    const packed = packedBy(strategy, context, { batches, classShares });
    work += packed.work;
    if (best === undefined || isBetter(packed.fleet, best)) best = packed.fleet;
  }
  const fleet = best ?? newNodesOnly(context);
  improveByLocalSearch(context, fleet);
  return { fleet, orderedPlacements: placement.orderedPlacements };
}

function isBetter(one: BinFleet, other: BinFleet): boolean {
  if (one.podCount !== other.podCount) return one.podCount > other.podCount;
  return one.costUsd < other.costUsd * (1 - 1e-9);
}

/** Present nodes and their pods count for topology, but receive no more pods. */
function newNodesOnly(context: PackingContext): BinFleet {
  if (context.mayGrow) return new BinFleet(context, true);
  // Where no node can come, spreads look for the fewest among those that are there.
  const fleet = new BinFleet(context);
  for (const bin of fleet.bins) bin.isOpen = false;
  return fleet;
}

/** Pods by the batch and the topology class of their ordered placement. */
function orderedBatches({ orderedPlacements }: ConstrainedPlacement): readonly PodBatch[] {
  const batches = new Map<string, { readonly batch: Batch; readonly pods: Pod[] }>();
  for (const { batch, bin, pod } of orderedPlacements) {
    const name = `${batch.bindingOrder} ${bin.topologyClass}`;
    const known = batches.get(name);
    if (known === undefined)
      batches.set(name, { batch: { ...batch, topologyClass: bin.topologyClass }, pods: [pod] });
    else known.pods.push(pod);
  }
  return [...batches.values()];
}

function freeBatches(
  context: PackingContext,
  firstBindingOrder: number,
  needsOrder: (group: PodGroup) => boolean,
): readonly PodBatch[] {
  const free = context.model.groups.filter((group) => !needsOrder(group)).sort(bindingOrderOf(context.model));
  return free.map((group, index) => ({
    batch: {
      group,
      hostRules: context.hostRules.ofRuleSet(group.rules),
      bindingOrder: firstBindingOrder + index,
      topologyClass: undefined,
      isFirst: false,
    },
    pods: group.pods,
  }));
}

function packedBy(
  strategy: Strategy,
  context: PackingContext,
  { batches, classShares }: { readonly batches: readonly PodBatch[]; readonly classShares: Float64Array },
): { readonly fleet: BinFleet; readonly work: number } {
  const fleet = newNodesOnly(context);
  const { compare, ...options } = strategy;
  const placer = new GreedyPlacer(context, fleet, { ...options, classShares });
  const all = Array.from(
    { length: context.model.topologyClasses.count },
    (_, topologyClass) => topologyClass,
  );
  const classesOf = all.map((topologyClass) => [topologyClass]);
  // Pods with affinity over hostnames are placed after the pods that they need.
  const hasAffinity = ({ batch }: PodBatch) => Number(batch.hostRules.near.length > 0);
  const sorted = [...batches].sort(
    (a, b) =>
      hasAffinity(a) - hasAffinity(b) ||
      compare(a.batch.group, b.batch.group) ||
      a.batch.bindingOrder - b.batch.bindingOrder,
  );
  for (const batch of sorted) {
    const { topologyClass } = batch.batch;
    const topologyClasses = topologyClass === undefined ? all : (classesOf[topologyClass] ?? []);
    placer.place(batch, () => topologyClasses);
  }
  for (const bin of fleet.bins) if (bin.present === undefined) bin.shrink();
  return { fleet, work: placer.evaluations };
}

/** By the requests of pods that are bound to a topology class; equal shares without such pods. */
function classSharesOf({ model, shadowPrices }: PackingContext, batches: readonly PodBatch[]): Float64Array {
  const shares = new Float64Array(model.topologyClasses.count);
  for (const { batch, pods } of batches) {
    if (batch.topologyClass === undefined) continue;
    const each = batch.group.need.reduce(
      (sum, amount, dimension) => sum + amount * (shadowPrices[dimension] ?? 0),
      0,
    );
    shares[batch.topologyClass] = (shares[batch.topologyClass] ?? 0) + each * pods.length;
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => Math.max(1e-9, total > 0 ? share / total : 1 / shares.length));
}
