import type { Offering } from '../../model/offering.ts';
import type { Pod } from '../../model/pod.ts';
import { Bins } from './bins.ts';
import { Filler, type Strategy } from './fill.ts';
import type { PackingModel } from './packing-model.ts';
import { strategiesFor } from './strategies.ts';

/** A pod's place: a present node or one to be bought, by index. */
export interface PlacedPod {
  readonly pod: Pod;
  readonly presentNode: number | undefined;
  readonly newNode: number | undefined;
}

export interface Solution {
  readonly newNodes: readonly {
    readonly offering: Offering;
    readonly pods: readonly Pod[];
  }[];
  /** In an order in which the scheduler may bind them. */
  readonly placements: readonly PlacedPod[];
  readonly unplaced: readonly Pod[];
}

interface Run {
  readonly bins: Bins;
  readonly filler: Filler;
  readonly costUsdPerHour: number;
}

/** Packs the pods by every strategy and keeps the run that leaves the fewest pods out, then the cheapest. */
export function solve(model: PackingModel): Solution {
  let best: Run | undefined;
  for (const strategy of strategiesFor(model)) {
    const run = runOf(model, strategy);
    if (best === undefined || isBetter(run, best)) best = run;
  }
  if (best === undefined) return { newNodes: [], placements: [], unplaced: [] };
  return solutionOf(model, best);
}

function runOf(model: PackingModel, strategy: Strategy): Run {
  const bins = new Bins(model);
  const filler = new Filler(model, bins);
  filler.run(strategy);
  return { bins, filler, costUsdPerHour: bins.all.reduce((sum, bin) => sum + bins.priceOf(bin), 0) };
}

function isBetter(a: Run, b: Run): boolean {
  const more = a.filler.placements.length - b.filler.placements.length;
  return more > 0 || (more === 0 && a.costUsdPerHour < b.costUsdPerHour - 1e-9);
}

function solutionOf(model: PackingModel, { bins, filler }: Run): Solution {
  const opened = bins.all.filter(({ present }) => present === undefined);
  const newIndex = new Map(opened.map((bin, index) => [bin, index]));
  const placed = new Set(filler.placements.map(({ pod }) => pod));
  return {
    newNodes: opened.map((bin) => {
      const offer = bins.tableOf(bin).offers[bin.row];
      const buyable = model.buyable[offer ?? -1];
      if (buyable === undefined) throw new RangeError(`bin ${bin.index} is no offer`);
      return { offering: buyable.offering, pods: bin.placed.map(({ pod }) => pod) };
    }),
    placements: filler.placements.map(({ pod, bin }) => ({
      pod,
      presentNode: bin.present,
      newNode: newIndex.get(bin),
    })),
    unplaced: model.groups.flatMap(({ pods }) => pods.filter((pod) => !placed.has(pod))),
  };
}
