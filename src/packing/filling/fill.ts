import type { Pod } from '../../model/pod.ts';
import { NO_ROW } from '../model/offer-table.ts';
import { NO_TABLE } from '../model/offer-tables.ts';
import type { FillableFleet, Workbench } from './draft-fleet.ts';
import { Choice, type Step } from './fill-choice.ts';
import { fitsBeside } from './host-rules.ts';
import type { Batch, NodeDraft } from './node-draft.ts';
import { hasPreferences, PlacementCosts } from './placement-costs.ts';
import { ScoreHeap } from './score-heap.ts';

/** Equal pods to be placed. */
export interface Party {
  readonly batch: Batch;
  readonly pods: readonly Pod[];
  /** How much the pods prefer each site now, see `SiteCounts.favour`. @default no site before others */
  readonly favourOf?: (site: number) => number;
  /**
   * The nodes of each site that may have room, in their order; the same for all parties that ask for the same. @default all
   */
  readonly among?: (site: number) => readonly NodeDraft[];
}

export interface FillOptions {
  /** What leaving CPU and memory unevenly free costs, as a share of its worth. 0 looks at price alone. @default 0 */
  readonly evenness?: number;
  /**
   * Whether a new node is at once as large as is cheapest for each of the equal pods that wait, to be cut down once all pods
   * are placed; otherwise nodes begin small and grow with their load. @default false
   */
  readonly isBulk?: boolean;
  /** Whether nodes may be bought. @default true */
  readonly mayOpen?: boolean;
  /** How many nodes of a site are looked at for one pod, those that were not looked at before first. @default all */
  readonly lookAt?: number;
  /** The share of new nodes that each site should have where prices do not decide. @default as they come */
  readonly siteShares?: Float64Array;
}

/**
 * Puts equal pods where the price of the fleet rises least: on a node that has room, on one that grows to a larger offer,
 * or on a new one; among equals where the least room is left. Which sites are open to them is the caller's to say; what
 * each node admits and the rules about single nodes are judged here.
 */
export class Filler {
  readonly #bench: Workbench;
  readonly #fleet: FillableFleet;
  readonly #costs: PlacementCosts;
  readonly #evenness: number;
  readonly #isBulk: boolean;
  readonly #lookAt: number;
  readonly #mayOpen: boolean;
  #lookedAt = 0;
  /** How many equal pods wait, this one included. */
  #waiting = 1;
  readonly #choice = new Choice();
  readonly #probe = new Choice();
  /** The nodes of each site by score, kept as long as parties ask for the same. */
  readonly #ranked = new Map<number, ScoreHeap>();
  #rankedNeed: Float64Array | undefined;
  #rankedChoice = 0;
  #fewest = NO_COUNTS;
  #among: Party['among'];
  /** How many nodes were looked at, hidden ones too: the work done, counted so that a bound on it is the same on every machine. */
  weighed = 0;
  /** To undo it. */
  lastStep: Step | undefined;

  constructor(bench: Workbench, fleet: FillableFleet, options: FillOptions = {}) {
    this.#bench = bench;
    this.#fleet = fleet;
    this.#costs = new PlacementCosts(bench, fleet, options);
    this.#evenness = options.evenness ?? 0;
    this.#isBulk = options.isBulk ?? false;
    this.#mayOpen = options.mayOpen ?? true;
    this.#lookAt = options.lookAt ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Places one pod after the other; `sitesNow` says before each which sites are open, `onPlaced` hears of each. Returns how
   * many were placed; the first that fits nowhere ends it. Parties that ask for the same are best placed in a row.
   */
  place(
    { batch, pods, favourOf, among }: Party,
    sitesNow: () => readonly number[],
    onPlaced: (draft: NodeDraft) => void = () => undefined,
  ): number {
    this.#costs.hasPreferences = favourOf !== undefined || hasPreferences(batch);
    this.#among = among;
    const isRanked = this.#prepare(batch, pods.length);
    let placed = 0;
    for (const pod of pods) {
      const choice = this.#begin(batch, pods.length - placed);
      for (const site of sitesNow()) {
        this.#costs.favour = favourOf?.(site) ?? 0;
        this.#weighSite(batch, site, choice, isRanked);
      }
      const isNew = choice.draft === undefined;
      const draft = this.#take(batch, pod);
      if (draft === undefined) break;
      if (isRanked) this.#rankAgain(batch, draft, isNew);
      onPlaced(draft);
      placed += 1;
    }
    for (const heap of this.#ranked.values()) heap.restore();
    return placed;
  }

  /** No choice yet for the next of so many pods. */
  #begin(batch: Batch, left: number): Choice {
    if (!this.#bench.mayGrow && batch.hostRules.spread.length > 0) this.#countFewest(batch);
    this.#waiting = batch.hostRules.isApart ? 1 : left;
    return this.#choice.clear();
  }

  #weighSite(batch: Batch, site: number, choice: Choice, isRanked: boolean): void {
    if (isRanked) this.#weighRanked(batch, site, choice);
    else this.#weighAll(batch, site, choice);
    this.#weighNew(batch, site, choice);
  }

  /** Places one pod on the site and says by how much that raises the price; `undefined` when nothing is below the limit. */
  placeOne(batch: Batch, pod: Pod, site: number, belowUsd: number): number | undefined {
    this.#costs.favour = 0;
    this.#costs.hasPreferences = hasPreferences(batch);
    const choice = this.#choice.clear(belowUsd);
    this.#weighAll(batch, site, choice);
    this.#weighNew(batch, site, choice);
    return this.#take(batch, pod) === undefined ? undefined : choice.addedUsd;
  }

  /** Whether to go by ranks: worth it for more than one pod, right where no node that refused may accept later. */
  #prepare({ group, hostRules }: Batch, pods: number): boolean {
    const { need, choice } = group;
    const isSame = this.#rankedNeed === need && this.#rankedChoice === choice;
    const isMoving =
      this.#costs.hasPreferences ||
      hostRules.near.length > 0 ||
      (!this.#bench.mayGrow && hostRules.spread.length > 0);
    if (!isSame || isMoving) this.#ranked.clear();
    this.#rankedNeed = need;
    this.#rankedChoice = choice;
    this.#fewest = NO_COUNTS;
    return !isMoving && (isSame || pods > 1);
  }

  #draftsOf(site: number): readonly NodeDraft[] {
    return this.#among?.(site) ?? this.#fleet.bySite[site] ?? [];
  }

  #weighAll(batch: Batch, site: number, choice: Choice): void {
    const drafts = this.#draftsOf(site);
    this.weighed += this.#fleet.hidden?.[site] ?? 0;
    const most = Math.min(drafts.length, this.#lookAt);
    let at = most < drafts.length ? this.#lookedAt % drafts.length : 0;
    for (let looked = 0; looked < most; looked += 1) {
      const draft = drafts[at] as NodeDraft;
      // Neighbours are asked last: that is the dearest question, and most nodes are out of the race by then.
      const probe = this.#weigh(batch, draft, choice);
      if (probe !== undefined && this.#admits(batch, draft)) choice.copy(probe);
      at = at + 1 === drafts.length ? 0 : at + 1;
    }
    this.#lookedAt = at;
  }

  #weighRanked(batch: Batch, site: number, choice: Choice): void {
    const heap = this.#heapOf(batch, site);
    const drafts = this.#draftsOf(site);
    for (;;) {
      const draft = drafts[heap.least ?? -1];
      if (draft === undefined || heap.leastScore >= choice.score) return;
      if (this.#admits(batch, draft)) {
        const probe = this.#weigh(batch, draft, choice);
        if (probe !== undefined) choice.copy(probe);
        return;
      }
      heap.setAside();
    }
  }

  #heapOf(batch: Batch, site: number): ScoreHeap {
    const known = this.#ranked.get(site);
    if (known !== undefined) return known;
    const heap = new ScoreHeap();
    this.#ranked.set(site, heap);
    this.weighed += this.#fleet.hidden?.[site] ?? 0;
    const drafts = this.#draftsOf(site);
    for (let index = 0; index < drafts.length; index += 1)
      this.#rank(heap, batch, drafts[index] as NodeDraft, index);
    return heap;
  }

  #rankAgain(batch: Batch, draft: NodeDraft, isNew: boolean): void {
    const heap = this.#ranked.get(draft.site);
    if (heap === undefined) return;
    const index = isNew ? (this.#fleet.bySite[draft.site]?.length ?? 0) - 1 : (heap.least ?? 0);
    if (!isNew) heap.removeLeast();
    this.#rank(heap, batch, draft, index);
  }

  #rank(heap: ScoreHeap, batch: Batch, draft: NodeDraft, index: number): void {
    const probe = this.#weigh(batch, draft, NO_CHOICE);
    if (probe !== undefined) heap.add(index, probe.score);
  }

  #countFewest({ hostRules }: Batch): void {
    const { drafts } = this.#fleet;
    const { sites } = this.#bench.model;
    this.#fewest = hostRules.spread.map((rule) => this.#bench.hostRules.fewest(rule, drafts, sites));
  }

  #take(batch: Batch, pod: Pod): NodeDraft | undefined {
    const { draft, site, tableId, row } = this.#choice;
    if (this.#choice.isNone) return undefined;
    const node = draft ?? this.#fleet.open(site, tableId, row);
    this.lastStep = { draft: node, tableId: node.tableId, row: node.row, isNew: draft === undefined };
    if (node.present === undefined && (node.row !== row || node.tableId !== tableId)) {
      node.become(tableId, this.#bench.tables.table(tableId), row);
    }
    node.add({ batch, pod });
    return node;
  }

  /** What the node would be with one more such pod, when that is better than `best`. */
  #weigh(batch: Batch, draft: NodeDraft, best: Choice): Choice | undefined {
    this.weighed += 1;
    const { need, choice } = batch.group;
    const hasRoom = draft.hasRoom(need);
    if (!hasRoom && !this.#mayGrow(draft, best)) return undefined;
    const tableId = this.#tableWith(draft, choice);
    const isSame = tableId === draft.tableId;
    if (tableId === NO_TABLE && !isSame) return undefined;
    const table = isSame ? draft.table : this.#bench.tables.table(tableId);
    const row = isSame && hasRoom ? draft.row : draft.rowWith(need, table);
    if (row === NO_ROW) return undefined;
    const addedUsd = table.price(row) - draft.priceUsd;
    const score = addedUsd + this.#costs.ofRoom(table, row, draft.load, need);
    if (score >= best.score && !this.#costs.hasPreferences) return undefined;
    const probe = this.#probe;
    probe.draft = draft;
    probe.site = draft.site;
    probe.tableId = tableId;
    probe.row = row;
    probe.addedUsd = addedUsd;
    probe.score = score;
    this.#costs.addPreferences(batch, probe, draft.load);
    return probe.score < best.score ? probe : undefined;
  }

  /** A node that must grow costs more than one that has room, and at least the step to its next larger offer. */
  #mayGrow({ present, growthUsd }: NodeDraft, best: Choice): boolean {
    return present === undefined && !this.#isBulk && (best.addedUsd > growthUsd || this.#evenness > 0);
  }

  /** The offers that the node could still be with a pod of this choice on it. */
  #tableWith({ present, tableId }: NodeDraft, choice: number): number {
    return present === undefined ? this.#bench.tables.narrow(tableId, choice) : NO_TABLE;
  }

  #admits(batch: Batch, draft: NodeDraft): boolean {
    if (!draft.isOpen) return false;
    const { choice, hostPorts } = batch.group;
    const { model } = this.#bench;
    if (draft.present !== undefined && model.admitted[choice]?.[model.buyable.length + draft.present] !== 1) {
      return false;
    }
    for (const port of hostPorts) if (draft.hostPorts?.has(port) === true) return false;
    return fitsBeside(draft, batch, this.#fewest);
  }

  #weighNew(batch: Batch, site: number, best: Choice): void {
    const { model, tables } = this.#bench;
    if (!this.#mayOpen || this.#fleet.opened >= model.maxNewNodes) return;
    if (this.#isBulk && best.draft !== undefined) return;
    // One that needs a neighbour on the very node: nobody is on a new one.
    if (batch.hostRules.near.length > 0 && !batch.isFirst) return;
    const tableId = tables.ofSite(site, batch.group.choice);
    if (tableId === NO_TABLE) return;
    const table = tables.table(tableId);
    const { need } = batch.group;
    const row = this.#isBulk
      ? table.rowForMany(need, this.#waiting)
      : table.rowFor(need, this.#fleet.noLoad, 0);
    if (row === NO_ROW) return;
    const addedUsd = table.price(row);
    const room = this.#costs.ofRoom(table, row, this.#fleet.noLoad, batch.group.need);
    const probe = this.#probe;
    probe.draft = undefined;
    probe.site = site;
    probe.tableId = tableId;
    probe.row = row;
    probe.addedUsd = addedUsd;
    probe.score = addedUsd + room + this.#costs.ofShare(site, addedUsd);
    this.#costs.addPreferences(batch, probe, this.#fleet.noLoad);
    if (probe.score < best.score) best.copy(probe);
  }
}

const NO_CHOICE = new Choice();
const NO_COUNTS: readonly number[] = [];
