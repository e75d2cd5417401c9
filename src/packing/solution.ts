import type { Offering } from '../model/offering.ts';
import type { Pod } from '../model/pod.ts';
import type { DraftFleet, Workbench } from './filling/draft-fleet.ts';
import type { NodeDraft } from './filling/node-draft.ts';
import { mustBeSeated, type Seat } from './filling/seating.ts';
import type { PackingModel } from './model/packing-model.ts';
import type { PodGroup } from './model/pod-groups.ts';
import { hardestFirst } from './rehearsal/binding-order.ts';
import { rehearsed } from './rehearsal/rehearsed-order.ts';

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
  /** Every offering that would hold the same pods with all rules obeyed, this one among them: a look at each offering. */
  readonly couldBe: () => readonly Offering[];
}

export interface Solution {
  readonly newNodes: readonly NodeToBuy[];
  /** In an order in which the scheduler may bind them. */
  readonly placements: readonly PlacedPod[];
  readonly unplaced: readonly Pod[];
}

/** Reads a packed fleet. `seats`: pods that were seated, in their order. */
export function solutionOf(bench: Workbench, fleet: DraftFleet, seats: readonly Seat[]): Solution {
  const { model } = bench;
  const isBound = mustBeSeated(bench);
  const bound = fleet.drafts.flatMap((draft) => draft.items.map(({ batch, pod }) => ({ batch, pod, draft })));
  // Pods of one turn are alike, but which of their sites came first matters to spread.
  const seatOf = new Map(model.groups.flatMap(({ pods }) => pods.map((pod, index) => [pod, index] as const)));
  seats.forEach(({ pod }, index) => seatOf.set(pod, index));
  const seat = (pod: Pod) => seatOf.get(pod) ?? 0;
  bound.sort((a, b) => a.batch.turn - b.batch.turn || seat(a.pod) - seat(b.pod));
  const planned = bound.map(({ batch, pod, draft }) => ({
    group: model.groups[batch.group.index] ?? batch.group,
    pod,
    draft,
  }));
  const hardest = hardestFirst(bench, planned) ?? planned;
  const placed = new Set(bound.map(({ pod }) => pod));
  const left = model.groups.flatMap((group): PodGroup[] => {
    const pods = group.pods.filter((pod) => !placed.has(pod));
    return pods.length === 0 ? [] : [{ ...group, pods }];
  });
  const ordered = rehearsed(bench, hardest, left);
  const fresh = [...new Set(ordered.map(({ draft }) => draft))].filter(
    ({ present }) => present === undefined,
  );
  const newIndex = new Map(fresh.map((draft, index) => [draft, index]));
  return {
    newNodes: fresh.map((draft) => ({
      offering: offeringOf(model, draft),
      pods: draft.items.map(({ pod }) => pod),
      couldBe: () => alternativesOf(model, draft, isBound),
    })),
    placements: ordered.map(({ pod, draft }) => ({
      pod,
      presentNode: draft.present,
      newNode: newIndex.get(draft),
    })),
    unplaced: left.flatMap(({ pods }) => pods),
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
