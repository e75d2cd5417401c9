import { CPU, MEMORY } from './axes.ts';
import type { Bin, Bins, Offered, Placement } from './bins.ts';
import type { PackingModel } from './packing-model.ts';
import type { PodGroup } from './pod-groups.ts';
import { ScoreHeap } from './score-heap.ts';

/** How one run weighs its choices. */
export interface Strategy {
  /** Groups in the order in which they are placed. */
  readonly order: readonly PodGroup[];
  /** What leaving CPU and memory unevenly free costs, as a share of their price. 0 looks at price alone. */
  readonly evenness: number;
}

/** Room that is left counts so little that it only decides between equal prices: the tightest fit wins. */
const TIE = 1e-3;

/** Where the next pod of a group would go. */
interface Best extends Offered {
  bin: Bin | undefined;
  site: number;
  score: number;
}

/**
 * Places one group after the other: each pod goes where the price of the bins rises least, be it a bin that is there, one
 * that grows to a larger offer, or a new one; among equals where the least room is left. Work is done once for a group
 * where its pods do not change each other's choice. Every placement obeys all rules at its moment, so the order of
 * placements is one in which the scheduler may bind.
 */
export class Filler {
  readonly placements: Placement[] = [];
  readonly #model: PackingModel;
  readonly #bins: Bins;
  readonly #worth: Float64Array;
  #evenness = 0;
  readonly #offered: Offered = { table: 0, row: 0, addedUsd: 0 };
  readonly #sitesOpen: boolean[] = [];

  constructor(model: PackingModel, bins: Bins) {
    this.#model = model;
    this.#bins = bins;
    this.#worth = worthOf(model);
  }

  /** Places what can be placed; those that other pods must precede are tried again once these are placed. */
  run({ order, evenness }: Strategy): void {
    this.#evenness = evenness;
    let waiting = order.map((group) => ({ group, from: 0 }));
    let isMoving = true;
    while (isMoving && waiting.length > 0) {
      isMoving = false;
      const left: typeof waiting = [];
      for (const { group, from } of waiting) {
        const to = from + this.#placeGroup(group, from);
        if (to > from) isMoving = true;
        if (to < group.pods.length) left.push({ group, from: to });
      }
      // What a group adds can only help groups that look at other pods.
      waiting = left.filter(({ group }) => this.#mayChange(group));
    }
  }

  #mayChange({ rules }: PodGroup): boolean {
    const { near, spread } = this.#model.rules.ruleSet(rules);
    return near.length + spread.length > 0;
  }

  /** Places pods of the group from the one at `from` on, and says how many. */
  #placeGroup(group: PodGroup, from: number): number {
    if (group.pods.length - from === 1 || this.#bins.counts.hasMovingHosts(group.rules)) {
      return this.#placeOneByOne(group, from);
    }
    return this.#placeFromHeaps(group, from);
  }

  #placeOneByOne(group: PodGroup, from: number): number {
    let at = from;
    for (; at < group.pods.length; at += 1) {
      const best = this.#noBest();
      for (let site = 0; site < this.#model.sites.count; site += 1) {
        this.#sitesOpen[site] = this.#bins.counts.allowsSite(group.rules, site);
        if (this.#sitesOpen[site]) this.#weighNew(group, site, best);
      }
      for (const bin of this.#bins.all) if (this.#sitesOpen[bin.site] === true) this.#weigh(group, bin, best);
      if (!this.#place(group, at, best)) break;
    }
    return at - from;
  }

  #placeFromHeaps(group: PodGroup, from: number): number {
    const heaps = Array.from({ length: this.#model.sites.count }, () => new ScoreHeap());
    for (const bin of this.#bins.all) this.#addTo(heaps, group, bin);
    let at = from;
    for (; at < group.pods.length; at += 1) {
      const best = this.#noBest();
      heaps.forEach((heap, site) => {
        if (!this.#bins.counts.allowsSite(group.rules, site)) return;
        this.#weighNew(group, site, best);
        const bin = this.#bins.all[heap.least ?? -1];
        if (bin !== undefined && heap.leastScore <= best.score) this.#weigh(group, bin, best);
      });
      const { bin, site } = best;
      if (!this.#place(group, at, best)) break;
      if (bin !== undefined) heaps[site]?.removeLeast();
      this.#addTo(heaps, group, bin ?? (this.#bins.all.at(-1) as Bin));
    }
    return at - from;
  }

  #addTo(heaps: readonly ScoreHeap[], group: PodGroup, bin: Bin): void {
    const best = this.#noBest();
    this.#weigh(group, bin, best);
    if (best.bin !== undefined) heaps[bin.site]?.add(bin.index, best.score);
  }

  #place(group: PodGroup, at: number, best: Best): boolean {
    const pod = group.pods[at];
    if (pod === undefined || best.score === Number.POSITIVE_INFINITY) return false;
    const bin = best.bin ?? this.#bins.open(best.site, best.table);
    const placement = { group, pod, bin };
    this.#bins.place(placement, best);
    this.placements.push(placement);
    return true;
  }

  #noBest(): Best {
    return { bin: undefined, site: 0, score: Number.POSITIVE_INFINITY, table: 0, row: 0, addedUsd: 0 };
  }

  #weigh(group: PodGroup, bin: Bin, best: Best): void {
    const offered = this.#offered;
    if (!this.#bins.weigh(group, bin, offered)) return;
    const score = offered.addedUsd + this.#roomCost(group, bin);
    if (score < best.score || (score === best.score && best.bin === undefined)) {
      Object.assign(best, offered, { score, bin, site: bin.site });
    }
  }

  #weighNew(group: PodGroup, site: number, best: Best): void {
    const offered = this.#offered;
    if (this.#bins.opened >= this.#model.maxNewNodes || !this.#bins.weighNew(group, site, offered)) return;
    const score = offered.addedUsd + this.#roomCost(group, undefined);
    if (score < best.score) Object.assign(best, offered, { score, bin: undefined, site });
  }

  /** What the room costs that would be left on the bin, by `#offered`. */
  #roomCost({ need }: PodGroup, bin: Bin | undefined): number {
    const table = this.#bins.table(this.#offered.table);
    let total = 0;
    let cpu = 0;
    for (let axis = 0; axis <= MEMORY; axis += 1) {
      const used = (need[axis] as number) + (bin === undefined ? 0 : this.#bins.load(bin, axis));
      const room = (table.capacity(this.#offered.row, axis) - used) * (this.#worth[axis] as number);
      total += room;
      if (axis === CPU) cpu = room;
    }
    return TIE * total + this.#evenness * Math.abs(2 * cpu - total);
  }
}

/** What a unit of CPU and of memory is worth: half the price of the cheapest capacity each, as the pods ask for them. */
function worthOf({ buyable, groups, axes }: PackingModel): Float64Array {
  const worth = new Float64Array(axes.count);
  const asked = [CPU, MEMORY].map((axis) =>
    groups.reduce((sum, { need, pods }) => sum + (need[axis] ?? 0) * pods.length, 0),
  );
  let usd = Number.POSITIVE_INFINITY;
  for (const { free, costUsdPerHour } of buyable) {
    const { cpuMillis, memoryMiB } = free;
    const parts = cpuMillis / Math.max(1, asked[CPU] ?? 1) + memoryMiB / Math.max(1, asked[MEMORY] ?? 1);
    if (parts > 0) usd = Math.min(usd, (2 * costUsdPerHour) / parts);
  }
  if (!Number.isFinite(usd) || usd === 0) usd = 1;
  [CPU, MEMORY].forEach((axis) => {
    worth[axis] = usd / 2 / Math.max(1, asked[axis] ?? 1);
  });
  return worth;
}
