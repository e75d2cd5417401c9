import type { Pod } from '../../model/pod.ts';
import { DraftFleet, type Workbench } from '../filling/draft-fleet.ts';
import { Filler, type Party } from '../filling/fill.ts';
import type { Batch } from '../filling/node-draft.ts';
import { mustBeSeated, type Seat, Seating } from '../filling/seating.ts';
import { type Order, type Strategy, seatingOrders, strategiesFor, turnOrder } from '../filling/strategies.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import { canBeExact, exactFleet } from './exact-fleet.ts';
import { improve } from './improve.ts';

/** Strategies that are always tried, and the nodes looked at after which no more are, so that large fleets do not wait. */
const LEAST_STRATEGIES = 3;
const MOST_WORK = 100_000;

interface SeatedFleet {
  readonly fleet: DraftFleet;
  readonly seats: readonly Seat[];
}

/**
 * Packs all pods of the problem onto nodes to be bought. Where rules look beyond single nodes, pods are first seated: placed
 * one group after the other under all rules, which fixes their sites and turns. With these kept, every strategy then packs
 * anew, free to choose the nodes within the sites; the cheapest fleet is searched for a cheaper one. Few pods are seated in
 * several orders, and very few packed exactly, or in several orders where not all can be placed. Pods that could not be seated are left out. Adds to `seats` who was seated,
 * in their order.
 */
export function packAnew(bench: Workbench, seats: Seat[]): DraftFleet {
  const { model } = bench;
  const isSeated = mustBeSeated(bench);
  const [order, ...otherOrders] = seatingOrders(model);
  const mayDiffer = model.groups.some(isSeated);
  // Where nobody is seated all orders are one, and where all ways can be tried one is enough to compare with.
  const isOneEnough = !mayDiffer || canBeExact(model);
  let best = packedInOrder(bench, order, isSeated);
  if (!isOneEnough) best = bestOf(bench, best, { orders: otherOrders, isSeated });
  const isWhole = () => best.fleet.podCount === model.pods.length;
  const exact = exactFleet(bench, isWhole() ? best.fleet.costUsd : Number.POSITIVE_INFINITY);
  if (exact !== undefined) return exact;
  // No way places all: another order may still leave fewer out.
  if (isOneEnough && mayDiffer && !isWhole()) best = bestOf(bench, best, { orders: otherOrders, isSeated });
  const { fleet, seats: seated } = best;
  seats.push(...seated);
  for (const { items, site } of fleet.drafts) {
    for (const { batch } of items) fleet.counts.add(batch.group.rules, site);
  }
  return fleet;
}

/** The best of a fleet and those of other orders. */
function bestOf(
  bench: Workbench,
  first: SeatedFleet,
  {
    orders,
    isSeated,
  }: { readonly orders: readonly Order[]; readonly isSeated: (group: PodGroup) => boolean },
): SeatedFleet {
  let best = first;
  for (const order of orders) {
    const one = packedInOrder(bench, order, isSeated);
    if (isBetter(one.fleet, best.fleet)) best = one;
  }
  return best;
}

function packedInOrder(bench: Workbench, order: Order, isSeated: (group: PodGroup) => boolean): SeatedFleet {
  const { model } = bench;
  const seating = new Seating(bench, newNodesOnly(bench));
  seating.run(model.groups.filter(isSeated).sort(order));
  const parties = [...seatedParties(seating), ...freeParties(bench, seating.nextTurn, isSeated)];
  const siteShares = siteSharesOf(bench, parties);
  let best: DraftFleet | undefined;
  let work = 0;
  for (const [index, strategy] of strategiesFor(model).entries()) {
    if (index >= LEAST_STRATEGIES && work > MOST_WORK) break;
    const packed = packedBy(strategy, bench, { parties, siteShares });
    work += packed.work;
    if (best === undefined || isBetter(packed.fleet, best)) best = packed.fleet;
  }
  const fleet = best ?? newNodesOnly(bench);
  improve(bench, fleet);
  return { fleet, seats: seating.seats };
}

function isBetter(one: DraftFleet, other: DraftFleet): boolean {
  if (one.podCount !== other.podCount) return one.podCount > other.podCount;
  return one.costUsd < other.costUsd * (1 - 1e-9);
}

/** Present nodes are there, and their pods count, but nothing more is put on them. */
function newNodesOnly(bench: Workbench): DraftFleet {
  if (bench.mayGrow) return new DraftFleet(bench, true);
  // Where no node can come, spreads look for the fewest among those that are there.
  const fleet = new DraftFleet(bench);
  for (const draft of fleet.drafts) draft.isOpen = false;
  return fleet;
}

/** Pods by the batch they were seated in and the site they got. */
function seatedParties({ seats }: Seating): readonly Party[] {
  const parties = new Map<string, { readonly batch: Batch; readonly pods: Pod[] }>();
  for (const { batch, draft, pod } of seats) {
    const name = `${batch.turn} ${draft.site}`;
    const known = parties.get(name);
    if (known === undefined) parties.set(name, { batch: { ...batch, site: draft.site }, pods: [pod] });
    else known.pods.push(pod);
  }
  return [...parties.values()];
}

function freeParties(
  bench: Workbench,
  firstTurn: number,
  isSeated: (group: PodGroup) => boolean,
): readonly Party[] {
  const free = bench.model.groups.filter((group) => !isSeated(group)).sort(turnOrder(bench.model));
  return free.map((group, index) => ({
    batch: {
      group,
      hostRules: bench.hostRules.ofRuleSet(group.rules),
      turn: firstTurn + index,
      site: undefined,
      isFirst: false,
    },
    pods: group.pods,
  }));
}

function packedBy(
  strategy: Strategy,
  bench: Workbench,
  { parties, siteShares }: { readonly parties: readonly Party[]; readonly siteShares: Float64Array },
): { readonly fleet: DraftFleet; readonly work: number } {
  const fleet = newNodesOnly(bench);
  const { compare, ...options } = strategy;
  const filler = new Filler(bench, fleet, { ...options, siteShares });
  const all = Array.from({ length: bench.model.sites.count }, (_, site) => site);
  const sitesOf = all.map((site) => [site]);
  // Pods that need a neighbour on their node come when all neighbours have theirs.
  const isNear = ({ batch }: Party) => Number(batch.hostRules.near.length > 0);
  const sorted = [...parties].sort(
    (a, b) => isNear(a) - isNear(b) || compare(a.batch.group, b.batch.group) || a.batch.turn - b.batch.turn,
  );
  for (const party of sorted) {
    const { site } = party.batch;
    const sites = site === undefined ? all : (sitesOf[site] ?? []);
    filler.place(party, () => sites);
  }
  for (const draft of fleet.drafts) if (draft.present === undefined) draft.shrink();
  return { fleet, work: filler.weighed };
}

/** By what the pods that are bound to a site ask for; even where none is. */
function siteSharesOf({ model, worth }: Workbench, parties: readonly Party[]): Float64Array {
  const shares = new Float64Array(model.sites.count);
  for (const { batch, pods } of parties) {
    if (batch.site === undefined) continue;
    const each = batch.group.need.reduce((sum, amount, axis) => sum + amount * (worth[axis] ?? 0), 0);
    shares[batch.site] = (shares[batch.site] ?? 0) + each * pods.length;
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => Math.max(1e-9, total > 0 ? share / total : 1 / shares.length));
}
