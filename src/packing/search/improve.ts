import type { DraftFleet, Workbench } from '../filling/draft-fleet.ts';
import { drawer } from '../filling/drawer.ts';
import type { Step } from '../filling/fill-choice.ts';
import { Filler } from '../filling/fill.ts';
import { isInOrder } from '../filling/host-rules.ts';
import type { Item, NodeDraft } from '../filling/node-draft.ts';
import { CPU, MEMORY } from '../model/axes.ts';
import { LiveFleet, ScratchFleet } from './search-fleets.ts';

/** Bounds of the search, counted rather than timed, so that it ends at the same point on every machine. */
const WORK_PER_POD = 1000;
const MOST_WORK = 300_000;
/** Work times pods: what a trial finds is a share of a few nodes, so in a large fleet trials are worth less. */
const MOST_WORK_TIMES_PODS = 1_000_000_000;
/** Trials in a row that find nothing, for each node, after which the search ends. */
const PATIENCE = 30;
/** Nodes in a row that cannot be dissolved, after which no more are tried. */
const MOST_FAILURES = 250;
const MOST_FAILURES_OF_NODES = 0.1;
/** Nodes that are looked at for a pod of a dissolved one: so the work grows with the pods, not with pods times nodes. */
const LOOK_AT = 256;
/** Nodes of one trial, and pods on them; more would cost time without finding more. */
const MOST_NODES = 6;
const MOST_ITEMS = 80;
/** As a share of a price; no unit of money must decide. */
const EPSILON = 1e-9;
/** Scores hold more than price: what is as cheap as before must not be lost over its room. */
const SLACK = 1e-3;
/** More than any two sizes differ by. */
const FAR = 1e9;

/**
 * Makes a fleet cheaper: takes a few nodes of a site, packs their pods anew in another order, and keeps the result when it
 * costs less, or as much and leaves its room on fewer nodes, from where a later trial can save it. Pods keep their sites and
 * turns, so all rules that look beyond single nodes hold as they did.
 */
export function improve(bench: Workbench, fleet: DraftFleet): void {
  const search = new Search(bench, fleet);
  const pods = fleet.drafts.reduce((sum, { items }) => sum + items.length, 0);
  search.run(Math.min(MOST_WORK, pods * WORK_PER_POD, MOST_WORK_TIMES_PODS / pods));
}

class Search {
  readonly #bench: Workbench;
  readonly #fleet: DraftFleet;
  readonly #scratch: ScratchFleet;
  readonly #live: LiveFleet;
  readonly #fillers: readonly Filler[];
  readonly #dissolver: Filler;
  readonly #draw = drawer();
  readonly #keys = new Float64Array(MOST_ITEMS);
  readonly #hasNear: boolean;

  constructor(bench: Workbench, fleet: DraftFleet) {
    this.#bench = bench;
    this.#fleet = fleet;
    this.#scratch = new ScratchFleet(bench);
    this.#live = new LiveFleet(bench, fleet);
    this.#dissolver = new Filler(bench, this.#live, { lookAt: LOOK_AT });
    const { groups, rules } = bench.model;
    this.#hasNear = groups.some((group) => rules.ruleSet(group.rules).near.length > 0);
    this.#fillers = [0, 0.5].map((evenness) => new Filler(bench, this.#scratch, { evenness }));
  }

  run(most: number): void {
    const live = this.#live;
    this.#dissolveAll();
    this.#takeWork();
    const patience = PATIENCE * (live.size + 1);
    let fruitless = 0;
    for (let work = 0; work < most && fruitless < patience; work += 1 + this.#takeWork()) {
      const isCheaper = this.#regroup(live.bySite[this.#siteWithOdds()] ?? []);
      fruitless = isCheaper ? 0 : fruitless + 1;
    }
    this.#dissolveAll();
    this.#fleet.replaceNew(live.bySite);
  }

  /** A site by how many nodes it has. */
  #siteWithOdds(): number {
    let at = this.#draw(this.#live.size);
    return this.#live.bySite.findIndex((drafts) => {
      at -= drafts.length;
      return at < 0;
    });
  }

  /** Tries to spread each node's pods over others of its site, the one with most room first, while that still succeeds. */
  #dissolveAll(): void {
    const byWaste = this.#live.drafts
      .map((draft) => ({ draft, unused: this.#unused(draft) }))
      .sort((a, b) => b.unused - a.unused);
    const mostFailures = Math.max(MOST_FAILURES, byWaste.length * MOST_FAILURES_OF_NODES);
    let failures = 0;
    for (const { draft } of byWaste) {
      if (failures > mostFailures) return;
      if (draft.items.length <= MOST_ITEMS) failures = this.#dissolve(draft) ? 0 : failures + 1;
    }
  }

  #dissolve(draft: NodeDraft): boolean {
    const filler = this.#dissolver;
    const items = this.#itemsOf([draft]);
    this.#shuffle(items);
    this.#live.remove(draft);
    const steps: Step[] = [];
    let costUsd = 0;
    for (const { batch, pod } of items) {
      const left = draft.priceUsd * (1 - EPSILON) - costUsd;
      costUsd += filler.placeOne(batch, pod, draft.site, left) ?? Number.POSITIVE_INFINITY;
      if (!Number.isFinite(costUsd)) break;
      if (filler.lastStep !== undefined) steps.push(filler.lastStep);
    }
    if (costUsd < draft.priceUsd * (1 - EPSILON) && this.#mayHave(0)) return true;
    for (const step of steps.reverse()) this.#undo(step);
    this.#live.add(draft);
    return false;
  }

  #undo({ draft, tableId, row, isNew }: Step): void {
    draft.removeLast();
    if (isNew) this.#live.remove(draft);
    else draft.become(tableId, this.#bench.tables.table(tableId), row);
  }

  #takeWork(): number {
    let work = 0;
    for (const filler of [...this.#fillers, this.#dissolver]) {
      work += filler.weighed;
      filler.weighed = 0;
    }
    return work;
  }

  /** Packs the pods of some of the nodes anew; whether that made the fleet cheaper. */
  #regroup(drafts: readonly NodeDraft[]): boolean {
    const picked = this.#pick(drafts);
    const before = this.#valueOf(picked);
    const items = this.#itemsOf(picked);
    if (items.length === 0) return false;
    this.#shuffle(items);
    if (!this.#repack(items, picked[0]?.site ?? 0, before.costUsd)) return false;
    const after = this.#valueOf(this.#scratch.drafts);
    const isCheaper = after.costUsd < before.costUsd * (1 - EPSILON);
    if (
      !isCheaper &&
      (after.costUsd > before.costUsd * (1 + EPSILON) || after.gathered < before.gathered * (1 - EPSILON))
    )
      return false;
    if (!this.#mayHave(this.#scratch.drafts.length - picked.length)) return false;
    if (this.#hasNear && !this.#scratch.drafts.every(isInOrder)) return false;
    this.#scratch.swapInto(this.#live, picked);
    return isCheaper;
  }

  /** Whether there may be so many nodes more than there are now. */
  #mayHave(more: number): boolean {
    return this.#live.size + more <= this.#bench.model.maxNewNodes;
  }

  /** All pods of the nodes; none when they are too many. */
  #itemsOf(drafts: readonly NodeDraft[]): Item[] {
    const items: Item[] = [];
    for (const draft of drafts) {
      if (items.length + draft.items.length > MOST_ITEMS) return [];
      for (const item of draft.items) items.push(item);
    }
    return items;
  }

  /** A few different nodes, those with much room more often. */
  #pick(drafts: readonly NodeDraft[]): NodeDraft[] {
    const count = Math.min(drafts.length, 1 + this.#draw(MOST_NODES));
    const picked: NodeDraft[] = [];
    for (let draws = 0; picked.length < count && draws < 3 * MOST_NODES; draws += 1) {
      const one = drafts[this.#draw(drafts.length)] as NodeDraft;
      const other = drafts[this.#draw(drafts.length)] as NodeDraft;
      const wasteful = this.#unused(one) >= this.#unused(other) ? one : other;
      if (!picked.includes(wasteful)) picked.push(wasteful);
    }
    return picked;
  }

  /** What a node costs beyond what its pods are worth. */
  #unused({ priceUsd, load }: NodeDraft): number {
    const { worth } = this.#bench;
    return (
      priceUsd -
      (load[CPU] as number) * (worth[CPU] as number) -
      (load[MEMORY] as number) * (worth[MEMORY] as number)
    );
  }

  #valueOf(drafts: readonly NodeDraft[]): { readonly costUsd: number; readonly gathered: number } {
    let costUsd = 0;
    let gathered = 0;
    for (const draft of drafts) {
      costUsd += draft.priceUsd;
      gathered += this.#unused(draft) ** 2;
    }
    return { costUsd, gathered };
  }

  /** The largest first, by a measure and with an inaccuracy that differ from trial to trial. */
  #shuffle(items: Item[]): void {
    const { worth } = this.#bench;
    const measure = this.#draw(3);
    const noise = 0.3 * this.#draw(3);
    const apartFirst = this.#draw(2);
    for (let at = 0; at < items.length; at += 1) {
      const { group, hostRules } = (items[at] as Item).batch;
      const cpu = (group.need[CPU] as number) * (worth[CPU] as number);
      const memory = (group.need[MEMORY] as number) * (worth[MEMORY] as number);
      const size = measure === 0 ? Math.max(cpu, memory) : measure === 1 ? cpu : memory;
      const isAhead = apartFirst === 1 && hostRules.isApart;
      // Those that need a neighbour on their node come when all neighbours have theirs.
      const rank = hostRules.near.length > 0 ? 1 / FAR : isAhead ? FAR : 1;
      this.#sortIn(items, at, rank * size * (1 - noise + 2 * noise * (this.#draw(1000) / 1000)));
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
  #repack(items: readonly Item[], site: number, mostUsd: number): boolean {
    const filler = this.#fillers[this.#draw(this.#fillers.length)] as Filler;
    this.#scratch.clear();
    let costUsd = 0;
    for (const { batch, pod } of items) {
      const addedUsd = filler.placeOne(batch, pod, site, mostUsd * (1 + SLACK) - costUsd);
      if (addedUsd === undefined) return false;
      costUsd += addedUsd;
    }
    return true;
  }
}
