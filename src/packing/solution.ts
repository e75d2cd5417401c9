import type { Offering } from '../model/offering.ts';
import type { Pod } from '../model/pod.ts';
import { Alternatives } from './alternatives.ts';
import {
  type BinFleet,
  type NodeBin,
  type OrderedPlacement,
  type PackingContext,
  prefersDomain,
} from './filling.ts';
import type { PackingModel, PodGroup } from './model.ts';
import { hardestFirst, withDryRunOrder } from './rehearsal.ts';

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
  /** The zone that preferences of its pods picked, which forbid no other; `undefined`: they prefer none. */
  readonly preferredZone: string | undefined;
}

export interface Solution {
  readonly newNodes: readonly NodeToBuy[];
  /** In an order in which the scheduler may bind them. */
  readonly placements: readonly PlacedPod[];
  readonly unplaced: readonly Pod[];
}

/** Turns a packed fleet into a solution. `orderedPlacements`: in binding order. */
export function solutionOf(
  context: PackingContext,
  fleet: BinFleet,
  orderedPlacements: readonly OrderedPlacement[],
): Solution {
  const { model } = context;
  const bound = fleet.bins.flatMap((bin) => bin.items.map(({ batch, pod }) => ({ batch, pod, bin })));
  // Pods of one binding order are equal, but topology spread depends on which of their topology classes came first.
  const placementOf = new Map(
    model.groups.flatMap(({ pods }) => pods.map((pod, index) => [pod, index] as const)),
  );
  orderedPlacements.forEach(({ pod }, index) => placementOf.set(pod, index));
  const placement = (pod: Pod) => placementOf.get(pod) ?? 0;
  bound.sort((a, b) => a.batch.bindingOrder - b.batch.bindingOrder || placement(a.pod) - placement(b.pod));
  const planned = bound.map(({ batch, pod, bin }) => ({
    group: model.groups[batch.group.index] ?? batch.group,
    pod,
    bin,
  }));
  const hardest = hardestFirst(context, planned) ?? planned;
  const placed = new Set(bound.map(({ pod }) => pod));
  const left = model.groups.flatMap((group): PodGroup[] => {
    const pods = group.pods.filter((pod) => !placed.has(pod));
    return pods.length === 0 ? [] : [{ ...group, pods }];
  });
  const ordered = withDryRunOrder(context, hardest, left);
  const fresh = [...new Set(ordered.map(({ bin }) => bin))].filter(({ present }) => present === undefined);
  const alternatives = new Alternatives(context, fleet);
  const newIndex = new Map(fresh.map((bin, index) => [bin, index]));
  return {
    newNodes: fresh.map((bin) => ({
      offering: offeringOf(model, bin),
      pods: bin.items.map(({ pod }) => pod),
      preferredZone: prefersZone(context, bin) ? offeringOf(model, bin).zone : undefined,
      couldBe: () => alternatives.of(bin),
    })),
    placements: ordered.map(({ pod, bin }) => ({
      pod,
      presentNode: bin.present,
      newNode: newIndex.get(bin),
    })),
    unplaced: left.flatMap(({ pods }) => pods),
  };
}

function prefersZone(context: PackingContext, { items }: NodeBin): boolean {
  return items.some(({ batch }) => prefersDomain(context, batch.group));
}

function offeringOf({ buyable }: PackingModel, { table, row }: NodeBin): Offering {
  const bought = buyable[table.offers[row] ?? -1];
  if (bought === undefined) throw new RangeError(`row ${row} of the table is no offer`);
  return bought.offering;
}
