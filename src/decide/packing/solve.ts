import type { Offering } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import { DraftFleet, type Workbench, workbenchOf } from './draft-fleet.ts';
import { exactFleet } from './exact-fleet.ts';
import { Filler, type Party } from './fill.ts';
import { improve } from './improve.ts';
import type { Batch, NodeDraft } from './node-draft.ts';
import type { PackingModel } from './packing-model.ts';
import type { PodGroup } from './pod-groups.ts';
import { mustBeSeated, type Seat, Seating } from './seating.ts';
import { type Strategy, seatingOrder, strategiesFor, turnOrder } from './strategies.ts';

/** A pod's place: a present node or one to be bought, by index. */
export interface PlacedPod {
  readonly pod: Pod;
  readonly presentNode: number | undefined;
  readonly newNode: number | undefined;
}

/** A node to be bought and the pods it is for. */
export interface NodeToBuy {
  readonly offering: Offering;
  readonly pods: readonly Pod[];
  /** Every offering that would hold the same pods with all rules obeyed, this one among them. */
  readonly couldBe: readonly Offering[];
}

export interface Solution {
  readonly newNodes: readonly NodeToBuy[];
  /** In an order in which the scheduler may bind them. */
  readonly placements: readonly PlacedPod[];
  readonly unplaced: readonly Pod[];
}

/**
 * Packs the pods. Where rules look beyond single nodes, pods are first seated: placed one group after the other under all
 * rules, which fixes their sites and turns. With these kept, every strategy then packs anew, free to choose the nodes
 * within the sites, and the cheapest fleet is kept.
 */
export function solve(model: PackingModel): Solution {
  const bench = workbenchOf(model);
  const isBounded = model.present.length > 0 || Number.isFinite(model.maxNewNodes);
  const seats: Seat[] = [];
  const fleet = isBounded ? new DraftFleet(bench) : packedFromNothing(bench, seats);
  const { placed, nextTurn } = boundIn(fleet);
  const rest = model.groups.flatMap((group): PodGroup[] => {
    const pods = group.pods.filter((pod) => !placed.has(pod));
    return pods.length === 0 ? [] : [{ ...group, pods }];
  });
  if (rest.length > 0) {
    const seating = new Seating(bench, fleet, nextTurn);
    seating.run(rest.sort(seatingOrder(model)));
    seats.push(...seating.seats);
  }
  return solutionOf(bench, fleet, seats);
}

/** The cheapest of what all strategies make of nothing; pods that could not be seated are left out. */
function packedFromNothing(bench: Workbench, seats: Seat[]): DraftFleet {
  const { model } = bench;
  const isSeated = mustBeSeated(bench);
  const seating = new Seating(bench, new DraftFleet(bench));
  seating.run(model.groups.filter(isSeated).sort(seatingOrder(model)));
  seats.push(...seating.seats);
  const parties = [...seatedParties(seating), ...freeParties(bench, seating.nextTurn, isSeated)];
  let best: DraftFleet | undefined;
  for (const strategy of strategiesFor(model)) {
    const fleet = packedBy(strategy, bench, parties);
    if (best === undefined || fleet.costUsd < best.costUsd * (1 - 1e-9)) best = fleet;
  }
  const fleet = best ?? new DraftFleet(bench);
  improve(bench, fleet);
  const isWhole = boundIn(fleet).placed.size === model.pods.length;
  const exact = exactFleet(bench, isWhole ? fleet.costUsd : Number.POSITIVE_INFINITY);
  if (exact !== undefined) return exact;
  for (const { items, site } of fleet.drafts) {
    for (const { batch } of items) fleet.counts.add(batch.group.rules, site);
  }
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

function packedBy(strategy: Strategy, bench: Workbench, parties: readonly Party[]): DraftFleet {
  const fleet = new DraftFleet(bench);
  const { compare, ...options } = strategy;
  const filler = new Filler(bench, fleet, { ...options, siteShares: siteSharesOf(bench, parties) });
  const all = Array.from({ length: bench.model.sites.count }, (_, site) => site);
  const sitesOf = all.map((site) => [site]);
  const sorted = [...parties].sort(
    (a, b) => compare(a.batch.group, b.batch.group) || a.batch.turn - b.batch.turn,
  );
  for (const party of sorted) {
    const { site } = party.batch;
    const sites = site === undefined ? all : (sitesOf[site] ?? []);
    filler.place(party, () => sites);
  }
  for (const draft of fleet.drafts) if (draft.present === undefined) draft.shrink();
  return fleet;
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

function boundIn({ drafts }: DraftFleet): { readonly placed: ReadonlySet<Pod>; readonly nextTurn: number } {
  const placed = new Set<Pod>();
  let nextTurn = 0;
  for (const { items } of drafts) {
    for (const { pod, batch } of items) {
      placed.add(pod);
      nextTurn = Math.max(nextTurn, batch.turn + 1);
    }
  }
  return { placed, nextTurn };
}

function solutionOf(bench: Workbench, fleet: DraftFleet, seats: readonly Seat[]): Solution {
  const { model } = bench;
  const isBound = mustBeSeated(bench);
  const bound = fleet.drafts.flatMap((draft) => draft.items.map(({ batch, pod }) => ({ batch, pod, draft })));
  // Pods of one turn are alike, but which of their sites came first matters to spread.
  const seatOf = new Map(model.groups.flatMap(({ pods }) => pods.map((pod, index) => [pod, index] as const)));
  seats.forEach(({ pod }, index) => seatOf.set(pod, index));
  const seat = (pod: Pod) => seatOf.get(pod) ?? 0;
  bound.sort((a, b) => a.batch.turn - b.batch.turn || seat(a.pod) - seat(b.pod));
  const fresh = [...new Set(bound.map(({ draft }) => draft))].filter(({ present }) => present === undefined);
  const newIndex = new Map(fresh.map((draft, index) => [draft, index]));
  const placed = new Set(bound.map(({ pod }) => pod));
  return {
    newNodes: fresh.map((draft) => ({
      offering: offeringOf(model, draft),
      pods: draft.items.map(({ pod }) => pod),
      couldBe: alternativesOf(model, draft, isBound),
    })),
    placements: bound.map(({ pod, draft }) => ({
      pod,
      presentNode: draft.present,
      newNode: newIndex.get(draft),
    })),
    unplaced: model.groups.flatMap(({ pods }) => pods.filter((pod) => !placed.has(pod))),
  };
}

function offeringOf({ buyable }: PackingModel, { table, row }: NodeDraft): Offering {
  const bought = buyable[table.offers[row] ?? -1];
  if (bought === undefined) throw new RangeError(`row ${row} of the table is no offer`);
  return bought.offering;
}

/** Where rules look beyond single nodes, another site could break what was proven for this one. */
function alternativesOf(
  { buyable, sites, admitted, axes }: PackingModel,
  { site, items, load }: NodeDraft,
  isBound: (group: PodGroup) => boolean,
): readonly Offering[] {
  const groups = [...new Set(items.map(({ batch }) => batch.group))];
  const isBoundToSite = groups.some(isBound);
  const fitting = buyable.filter(({ free }, index) => {
    if (isBoundToSite && sites.siteOf[index] !== site) return false;
    return holds(axes.amounts(free), load) && groups.every(({ choice }) => admitted[choice]?.[index] === 1);
  });
  return fitting.map(({ offering }) => offering);
}

function holds(capacity: Float64Array, load: Float64Array): boolean {
  return load.every((amount, axis) => amount <= (capacity[axis] ?? 0));
}
