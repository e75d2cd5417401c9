import {
  type BinFleet,
  GreedyPlacer,
  isValidInBindingOrder,
  type Item,
  type NodeBin,
  type PackingContext,
  seededRandom,
  type Step,
} from '../filling.ts';
import { CPU, MEMORY } from '../model.ts';
import { LiveFleet, ScratchFleet } from './search-fleets.ts';

/** Bounds of the search, counted rather than timed, so that it ends at the same point on every machine. */
const WORK_PER_POD = 1000;
const MAX_WORK = 300_000;
/** Limit on work × pods: a trial saves a share of a few nodes, so it pays off less in a large fleet. */
const MAX_WORK_TIMES_PODS = 1_000_000_000;
/** Trials in a row that find nothing, for each node, after which the search ends. */
const PATIENCE = 30;
/** Nodes in a row that cannot be dissolved, after which no more are tried. */
const MAX_FAILURES = 250;
const MAX_NODE_FAILURES = 0.1;
/** Nodes that are looked at for a pod of a dissolved one: so the work grows with the pods, not with pods times nodes. */
const SAMPLE_SIZE = 256;
/** Nodes of one trial, and pods on them; more would cost time without finding more. */
const MAX_NODES = 6;
const MAX_ITEMS = 80;
/** As a share of a price; no unit of money must decide. */
const EPSILON = 1e-9;
/** Scores hold more than price: what is as cheap as before must not be lost over its room. */
const SLACK = 1e-3;
/** More than any two sizes differ by. */
const FAR = 1e9;

/**
 * Local search for a cheaper fleet: takes a few nodes of one topology class, packs their pods again in another order, and keeps
 * the result if it costs less, or the same with the free capacity on fewer nodes. Pods keep their topology class and binding
 * order, so all rules beyond single nodes still hold.
 */
export function improveByLocalSearch(context: PackingContext, fleet: BinFleet): void {
  const search = new Search(context, fleet);
  const pods = fleet.bins.reduce((sum, { items }) => sum + items.length, 0);
  search.run(Math.min(MAX_WORK, pods * WORK_PER_POD, MAX_WORK_TIMES_PODS / pods));
}

class Search {
  readonly #context: PackingContext;
  readonly #fleet: BinFleet;
  readonly #scratch: ScratchFleet;
  readonly #live: LiveFleet;
  readonly #placers: readonly GreedyPlacer[];
  readonly #dissolver: GreedyPlacer;
  readonly #random = seededRandom();
  readonly #keys = new Float64Array(MAX_ITEMS);
  readonly #hasAffinity: boolean;

  constructor(context: PackingContext, fleet: BinFleet) {
    this.#context = context;
    this.#fleet = fleet;
    this.#scratch = new ScratchFleet(context);
    this.#live = new LiveFleet(context, fleet);
    this.#dissolver = new GreedyPlacer(context, this.#live, { sampleSize: SAMPLE_SIZE });
    const { groups, rules } = context.model;
    this.#hasAffinity = groups.some((group) => rules.ruleSet(group.rules).affinity.length > 0);
    this.#placers = [0, 0.5].map((evenness) => new GreedyPlacer(context, this.#scratch, { evenness }));
  }

  run(max: number): void {
    const live = this.#live;
    this.#dissolveAll();
    this.#takeWork();
    const patience = PATIENCE * (live.size + 1);
    let fruitless = 0;
    for (let work = 0; work < max && fruitless < patience; work += 1 + this.#takeWork()) {
      const isCheaper = this.#regroup(live.byTopologyClass[this.#classByWeight()] ?? []);
      fruitless = isCheaper ? 0 : fruitless + 1;
    }
    this.#dissolveAll();
    this.#fleet.replaceNew(live.byTopologyClass);
  }

  /** A random topology class, weighted by its number of nodes. */
  #classByWeight(): number {
    let at = this.#random(this.#live.size);
    return this.#live.byTopologyClass.findIndex((bins) => {
      at -= bins.length;
      return at < 0;
    });
  }

  /** Tries to move each node's pods to other nodes of its topology class, emptiest node first, until no node can be removed. */
  #dissolveAll(): void {
    const byWaste = this.#live.bins
      .map((bin) => ({ bin, unused: this.#unused(bin) }))
      .sort((a, b) => b.unused - a.unused);
    const maxFailures = Math.max(MAX_FAILURES, byWaste.length * MAX_NODE_FAILURES);
    let failures = 0;
    for (const { bin } of byWaste) {
      if (failures > maxFailures) return;
      if (bin.items.length <= MAX_ITEMS) failures = this.#dissolve(bin) ? 0 : failures + 1;
    }
  }

  #dissolve(bin: NodeBin): boolean {
    const placer = this.#dissolver;
    const items = this.#itemsOf([bin]);
    this.#shuffle(items);
    this.#live.remove(bin);
    const steps: Step[] = [];
    let costUsd = 0;
    for (const { batch, pod } of items) {
      const left = bin.priceUsd * (1 - EPSILON) - costUsd;
      costUsd += placer.placeOne(batch, pod, bin.topologyClass, left) ?? Number.POSITIVE_INFINITY;
      if (!Number.isFinite(costUsd)) break;
      if (placer.lastStep !== undefined) steps.push(placer.lastStep);
    }
    if (costUsd < bin.priceUsd * (1 - EPSILON) && this.#mayHave(0)) return true;
    for (const step of steps.reverse()) this.#undo(step);
    this.#live.add(bin);
    return false;
  }

  #undo({ bin, tableId, row, isNew }: Step): void {
    bin.removeLast();
    if (isNew) this.#live.remove(bin);
    else bin.become(tableId, this.#context.tables.table(tableId), row);
  }

  #takeWork(): number {
    let work = 0;
    for (const placer of [...this.#placers, this.#dissolver]) {
      work += placer.evaluations;
      placer.evaluations = 0;
    }
    return work;
  }

  /** Packs the pods of some of the nodes anew; whether that made the fleet cheaper. */
  #regroup(bins: readonly NodeBin[]): boolean {
    const picked = this.#pick(bins);
    const before = this.#valueOf(picked);
    const items = this.#itemsOf(picked);
    if (items.length === 0) return false;
    this.#shuffle(items);
    if (!this.#repack(items, picked[0]?.topologyClass ?? 0, before.costUsd)) return false;
    const after = this.#valueOf(this.#scratch.bins);
    const isCheaper = after.costUsd < before.costUsd * (1 - EPSILON);
    if (
      !isCheaper &&
      (after.costUsd > before.costUsd * (1 + EPSILON) || after.gathered < before.gathered * (1 - EPSILON))
    )
      return false;
    if (!this.#mayHave(this.#scratch.bins.length - picked.length)) return false;
    if (this.#hasAffinity && !this.#scratch.bins.every(isValidInBindingOrder)) return false;
    this.#scratch.swapInto(this.#live, picked);
    return isCheaper;
  }

  /** Whether this many more nodes are allowed. */
  #mayHave(more: number): boolean {
    return this.#live.size + more <= this.#context.model.maxNewNodes;
  }

  /** All pods of the nodes; none when they are too many. */
  #itemsOf(bins: readonly NodeBin[]): Item[] {
    const items: Item[] = [];
    for (const bin of bins) {
      if (items.length + bin.items.length > MAX_ITEMS) return [];
      for (const item of bin.items) items.push(item);
    }
    return items;
  }

  /** A few different nodes, those with much room more often. */
  #pick(bins: readonly NodeBin[]): NodeBin[] {
    const count = Math.min(bins.length, 1 + this.#random(MAX_NODES));
    const picked: NodeBin[] = [];
    for (let draws = 0; picked.length < count && draws < 3 * MAX_NODES; draws += 1) {
      const one = bins[this.#random(bins.length)] as NodeBin;
      const other = bins[this.#random(bins.length)] as NodeBin;
      const wasteful = this.#unused(one) >= this.#unused(other) ? one : other;
      if (!picked.includes(wasteful)) picked.push(wasteful);
    }
    return picked;
  }

  /** Cost of a node beyond the value of its pods by shadow prices. */
  #unused({ priceUsd, load }: NodeBin): number {
    const { shadowPrices } = this.#context;
    return (
      priceUsd -
      (load[CPU] as number) * (shadowPrices[CPU] as number) -
      (load[MEMORY] as number) * (shadowPrices[MEMORY] as number)
    );
  }

  #valueOf(bins: readonly NodeBin[]): { readonly costUsd: number; readonly gathered: number } {
    let costUsd = 0;
    let gathered = 0;
    for (const bin of bins) {
      costUsd += bin.priceUsd;
      gathered += this.#unused(bin) ** 2;
    }
    return { costUsd, gathered };
  }

  /** The largest first, by a measure and with an inaccuracy that differ from trial to trial. */
  #shuffle(items: Item[]): void {
    const { shadowPrices } = this.#context;
    const measure = this.#random(3);
    const noise = 0.3 * this.#random(3);
    const apartFirst = this.#random(2);
    for (let at = 0; at < items.length; at += 1) {
      const { group, hostRules } = (items[at] as Item).batch;
      const cpu = (group.need[CPU] as number) * (shadowPrices[CPU] as number);
      const memory = (group.need[MEMORY] as number) * (shadowPrices[MEMORY] as number);
      const size = measure === 0 ? Math.max(cpu, memory) : measure === 1 ? cpu : memory;
      const isAhead = apartFirst === 1 && hostRules.excludesItself;
      // Pods with affinity over hostnames are placed after the pods that they need.
      const rank = hostRules.near.length > 0 ? 1 / FAR : isAhead ? FAR : 1;
      this.#sortIn(items, at, rank * size * (1 - noise + 2 * noise * (this.#random(1000) / 1000)));
    }
  }

  /** Moves the item at `at` to its rank among those before it, the largest key first. */
  #sortIn(items: Item[], at: number, key: number): void {
    const keys = this.#keys;
    const item = items[at] as Item;
    let to = at;
    for (; to > 0 && (keys[to - 1] as number) < key; to -= 1) {
      keys[to] = keys[to - 1] as number;
      items[to] = items[to - 1] as Item;
    }
    keys[to] = key;
    items[to] = item;
  }

  /** Whether all items found a place in the scratch fleet for no more than this. */
  #repack(items: readonly Item[], topologyClass: number, maxUsd: number): boolean {
    const placer = this.#placers[this.#random(this.#placers.length)] as GreedyPlacer;
    this.#scratch.clear();
    let costUsd = 0;
    for (const { batch, pod } of items) {
      const addedUsd = placer.placeOne(batch, pod, topologyClass, maxUsd * (1 + SLACK) - costUsd);
      if (addedUsd === undefined) return false;
      costUsd += addedUsd;
    }
    return true;
  }
}
