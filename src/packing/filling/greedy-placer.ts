import type { Pod } from '../../model/pod.ts';
import { NO_ROW, NO_TABLE } from '../model.ts';
import type { PackableFleet, PackingContext } from './bin-fleet.ts';
import { Choice, type Step } from './fill-choice.ts';
import { satisfiesHostRules } from './host-rules.ts';
import type { Batch, NodeBin } from './node-bin.ts';
import { hasPreferences, PlacementCosts } from './placement-costs.ts';
import type { PlacerOptions, PodBatch } from './placer-options.ts';
import { isEarlier, type RankedBins } from './ranked-bins.ts';
import { ScoreHeap } from './score-heap.ts';

/**
 * Greedy best-fit placement of equal pods where the fleet's price rises least: on a node with free capacity, on one that grows to
 * a larger offering, or on a new one; ties go to the tightest fit. The caller says which topology classes are allowed; node
 * selectors and rules about single nodes are checked here.
 */
export class GreedyPlacer {
  readonly #context: PackingContext;
  readonly #fleet: PackableFleet;
  readonly #costs: PlacementCosts;
  readonly #evenness: number;
  readonly #isBulk: boolean;
  readonly #sampleSize: number;
  readonly #mayOpen: boolean;
  #sampledTo = 0;
  /** How many equal pods wait, this one included. */
  #waiting = 1;
  readonly #choice = new Choice();
  readonly #probe = new Choice();
  /** The nodes of each topology class by score, kept while consecutive batches have the same requests. */
  readonly #ranked = new Map<number, ScoreHeap>();
  #rankedNeed: Float64Array | undefined;
  #rankedChoice = 0;
  #fewest: readonly number[] = [];
  #ranks: RankedBins | undefined;
  readonly #leastOfClass = new Choice();
  /** How many nodes were looked at, hidden ones too: the work done, counted so that a bound on it is the same on every machine. */
  evaluations = 0;
  /** To undo it. */
  lastStep: Step | undefined;

  constructor(context: PackingContext, fleet: PackableFleet, options: PlacerOptions = {}) {
    this.#context = context;
    this.#fleet = fleet;
    this.#costs = new PlacementCosts(context, fleet, options);
    this.#evenness = options.evenness ?? 0;
    this.#isBulk = options.isBulk ?? false;
    this.#mayOpen = options.mayOpen ?? true;
    this.#sampleSize = options.sampleSize ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Places one pod after the other; `classesNow` is asked before each pod for the allowed topology classes, `onPlaced` is called
   * after each. Returns how many were placed; the first that fits nowhere ends it. It is fastest when batches with equal requests
   * follow each other.
   */
  place(
    { batch, pods, affinityScoreOf, ranks }: PodBatch,
    classesNow: () => readonly number[],
    onPlaced: (bin: NodeBin) => void = () => undefined,
  ): number {
    this.#costs.hasPreferences = affinityScoreOf !== undefined || hasPreferences(batch);
    this.#ranks = ranks;
    ranks?.prepare(batch.group.need);
    const isRanked = this.#prepare(batch, pods.length) && ranks === undefined;
    let placed = 0;
    for (const pod of pods) {
      const choice = this.#begin(batch, pods.length - placed);
      for (const topologyClass of classesNow()) {
        this.#costs.favour = affinityScoreOf?.(topologyClass) ?? 0;
        this.#evaluateClass(batch, topologyClass, choice, isRanked);
      }
      const isNew = choice.bin === undefined;
      const bin = this.#place(batch, pod);
      if (bin === undefined) break;
      if (isRanked) this.#rankAgain(batch, bin, isNew);
      onPlaced(bin);
      placed += 1;
    }
    for (const heap of this.#ranked.values()) heap.restore();
    return placed;
  }

  /** Starts the choice for the next of `left` pods. */
  #begin(batch: Batch, left: number): Choice {
    if (!this.#context.mayGrow && batch.hostRules.spread.length > 0) this.#countFewest(batch);
    this.#waiting = batch.hostRules.excludesItself ? 1 : left;
    return this.#choice.clear();
  }

  #evaluateClass(batch: Batch, topologyClass: number, choice: Choice, isRanked: boolean): void {
    if (this.#ranks !== undefined) this.#evaluateByRank(batch, topologyClass, this.#ranks);
    else if (isRanked) this.#evaluateRanked(batch, topologyClass, choice);
    else this.#evaluateAll(batch, topologyClass, choice);
    this.#evaluateNew(batch, topologyClass, choice);
  }

  /** Places one pod in the topology class and returns the added price; `undefined` when nothing is below the limit. */
  placeOne(batch: Batch, pod: Pod, topologyClass: number, belowUsd: number): number | undefined {
    this.#costs.favour = 0;
    this.#costs.hasPreferences = hasPreferences(batch);
    const choice = this.#choice.clear(belowUsd);
    this.#evaluateAll(batch, topologyClass, choice);
    this.#evaluateNew(batch, topologyClass, choice);
    return this.#place(batch, pod) === undefined ? undefined : choice.addedUsd;
  }

  /**
   * Whether to use the score heap: it pays off for more than one pod, and is correct only if no node that rejected a pod can
   * accept it later.
   */
  #prepare({ group, hostRules }: Batch, pods: number): boolean {
    const { need, choice } = group;
    const isSame = this.#rankedNeed === need && this.#rankedChoice === choice;
    const isMoving =
      this.#costs.hasPreferences ||
      hostRules.near.length > 0 ||
      (!this.#context.mayGrow && hostRules.spread.length > 0);
    if (!isSame || isMoving) this.#ranked.clear();
    this.#rankedNeed = need;
    this.#rankedChoice = choice;
    this.#fewest = [];
    return !isMoving && (isSame || pods > 1);
  }

  #evaluateAll(batch: Batch, topologyClass: number, choice: Choice): void {
    const bins = this.#fleet.byTopologyClass[topologyClass] ?? [];
    this.evaluations += this.#fleet.hidden?.[topologyClass] ?? 0;
    const max = Math.min(bins.length, this.#sampleSize);
    let at = max < bins.length ? this.#sampledTo % bins.length : 0;
    for (let looked = 0; looked < max; looked += 1) {
      const bin = bins[at] as NodeBin;
      // Rules about pods on the node are checked last: they cost most, and most nodes are ruled out by then.
      const probe = this.#evaluate(batch, bin, choice);
      if (probe !== undefined && this.#admits(batch, bin)) choice.copy(probe);
      at = at + 1 === bins.length ? 0 : at + 1;
    }
    this.#sampledTo = at;
  }

  #evaluateRanked(batch: Batch, topologyClass: number, choice: Choice): void {
    const heap = this.#heapOf(batch, topologyClass);
    const bins = this.#fleet.byTopologyClass[topologyClass] ?? [];
    for (;;) {
      const bin = bins[heap.least ?? -1];
      if (bin === undefined || heap.leastScore >= choice.score) return;
      if (this.#admits(batch, bin)) {
        const probe = this.#evaluate(batch, bin, choice);
        if (probe !== undefined) choice.copy(probe);
        return;
      }
      heap.setAside();
    }
  }

  /** The same choice as looking at all nodes of the class, made from the ranks until no further node can be better. */
  #evaluateByRank(batch: Batch, topologyClass: number, ranks: RankedBins): void {
    const best = this.#leastOfClass.clear(this.#choice.score);
    ranks.search(batch.group.need, topologyClass, {
      best,
      leastScoreOf: this.#costs.leastScores(batch),
      evaluate: (bin) => this.#evaluateInClass(batch, bin, best),
    });
    if (!best.isNone) this.#choice.copy(best);
  }

  /** The node's score when it may take the pod and is the best of its class so far; of equal nodes the first is. */
  #evaluateInClass(batch: Batch, bin: NodeBin, best: Choice): number | undefined {
    const probe = this.#evaluate(batch, bin, NO_CANDIDATE);
    if (probe === undefined || probe.score > best.score) return undefined;
    if (probe.score === best.score && !isEarlier(bin, best.bin)) return undefined;
    if (!this.#admits(batch, bin)) return undefined;
    best.copy(probe);
    return probe.score;
  }

  #heapOf(batch: Batch, topologyClass: number): ScoreHeap {
    const known = this.#ranked.get(topologyClass);
    if (known !== undefined) return known;
    const heap = new ScoreHeap();
    this.#ranked.set(topologyClass, heap);
    this.evaluations += this.#fleet.hidden?.[topologyClass] ?? 0;
    const bins = this.#fleet.byTopologyClass[topologyClass] ?? [];
    for (let index = 0; index < bins.length; index += 1)
      this.#rank(heap, batch, bins[index] as NodeBin, index);
    return heap;
  }

  #rankAgain(batch: Batch, bin: NodeBin, isNew: boolean): void {
    const heap = this.#ranked.get(bin.topologyClass);
    if (heap === undefined) return;
    const index = isNew
      ? (this.#fleet.byTopologyClass[bin.topologyClass]?.length ?? 0) - 1
      : (heap.least ?? 0);
    if (!isNew) heap.removeLeast();
    this.#rank(heap, batch, bin, index);
  }

  #rank(heap: ScoreHeap, batch: Batch, bin: NodeBin, index: number): void {
    const probe = this.#evaluate(batch, bin, NO_CANDIDATE);
    if (probe !== undefined) heap.add(index, probe.score);
  }

  #countFewest({ hostRules }: Batch): void {
    const { bins } = this.#fleet;
    const { topologyClasses } = this.#context.model;
    this.#fewest = hostRules.spread.map((rule) =>
      this.#context.hostRules.fewest(rule, bins, topologyClasses),
    );
  }

  #place(batch: Batch, pod: Pod): NodeBin | undefined {
    const { bin, topologyClass, tableId, row } = this.#choice;
    if (this.#choice.isNone) return undefined;
    const node = bin ?? this.#fleet.open(topologyClass, tableId, row);
    this.lastStep = { bin: node, tableId: node.tableId, row: node.row, isNew: bin === undefined };
    if (node.present === undefined && (node.row !== row || node.tableId !== tableId)) {
      node.become(tableId, this.#context.tables.table(tableId), row);
    }
    node.add({ batch, pod });
    this.#ranks?.noteChanged(node);
    return node;
  }

  /** What the node would be with one more such pod, when that is better than `best`. */
  #evaluate(batch: Batch, bin: NodeBin, best: Choice): Choice | undefined {
    this.evaluations += 1;
    const { need, choice } = batch.group;
    const hasRoom = bin.hasRoom(need);
    if (!hasRoom && !this.#mayGrow(bin, best)) return undefined;
    const tableId = this.#tableWith(bin, choice);
    const isSame = tableId === bin.tableId;
    if (tableId === NO_TABLE && !isSame) return undefined;
    const table = isSame ? bin.table : this.#context.tables.table(tableId);
    const row = isSame && hasRoom ? bin.row : bin.rowWith(need, table);
    if (row === NO_ROW) return undefined;
    const addedUsd = table.price(row) - bin.priceUsd;
    const score = addedUsd + this.#costs.ofRoom(table, row, bin.load, need);
    if (score >= best.score && !this.#costs.hasPreferences) return undefined;
    const probe = this.#probe;
    probe.bin = bin;
    probe.topologyClass = bin.topologyClass;
    probe.tableId = tableId;
    probe.row = row;
    probe.addedUsd = addedUsd;
    probe.score = score;
    this.#costs.addPreferences(batch, probe, bin.load);
    return probe.score < best.score ? probe : undefined;
  }

  /** A node that must grow costs more than one that has room, and at least the step to its next larger offer. */
  #mayGrow({ present, growthUsd }: NodeBin, best: Choice): boolean {
    return present === undefined && !this.#isBulk && (best.addedUsd > growthUsd || this.#evenness > 0);
  }

  /** The offers that the node could still be with a pod of this choice on it. */
  #tableWith({ present, tableId }: NodeBin, choice: number): number {
    return present === undefined ? this.#context.tables.narrow(tableId, choice) : NO_TABLE;
  }

  #admits(batch: Batch, bin: NodeBin): boolean {
    if (!bin.isOpen) return false;
    const { choice, hostPorts } = batch.group;
    const { model } = this.#context;
    if (bin.present !== undefined && model.admitted[choice]?.[model.buyable.length + bin.present] !== 1) {
      return false;
    }
    if (bin.isAnyPortTaken(hostPorts)) return false;
    return satisfiesHostRules(bin, batch, this.#fewest);
  }

  #evaluateNew(batch: Batch, topologyClass: number, best: Choice): void {
    const { model, tables } = this.#context;
    if (!this.#mayOpen || this.#fleet.opened >= model.maxNewNodes) return;
    if (this.#isBulk && best.bin !== undefined) return;
    // Affinity to a pod on the same node: a new node has none.
    if (batch.hostRules.near.length > 0 && !batch.isFirst) return;
    const tableId = tables.ofClass(topologyClass, batch.group.choice);
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
    probe.bin = undefined;
    probe.topologyClass = topologyClass;
    probe.tableId = tableId;
    probe.row = row;
    probe.addedUsd = addedUsd;
    probe.score = addedUsd + room + this.#costs.ofShare(topologyClass, addedUsd);
    this.#costs.addPreferences(batch, probe, this.#fleet.noLoad);
    if (probe.score < best.score) best.copy(probe);
  }
}

const NO_CANDIDATE = new Choice();
