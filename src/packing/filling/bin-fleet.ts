import { NO_TABLE, OfferTables, type PackingModel, shadowPricesOf } from '../model.ts';
import type { TopologyCounts } from '../rules.ts';
import { HostRules } from './host-rules.ts';
import { type NodeBinParts, NodeBin } from './node-bin.ts';
import { type StandingOnNode, StandingPods } from './standing-pods.ts';

/** What all runs over one problem share: they depend on the problem alone. */
export interface PackingContext {
  readonly model: PackingModel;
  readonly tables: OfferTables;
  readonly hostRules: HostRules;
  readonly standing: StandingPods;
  readonly presentBySite: Int32Array;
  /** Shadow price of one unit of CPU and of memory, by resource dimension. */
  readonly shadowPrices: Float64Array;
  /** Whether another node may come at all, so that a hostname without pods is always at hand. */
  readonly mayGrow: boolean;
}

export function packingContextOf(model: PackingModel): PackingContext {
  const hostRules = new HostRules(model.rules);
  return {
    model,
    tables: new OfferTables(model),
    hostRules,
    standing: new StandingPods(model, hostRules.words),
    presentBySite: presentBySite(model),
    shadowPrices: shadowPricesOf(model),
    mayGrow: model.buyable.length > 0 && model.maxNewNodes > 0,
  };
}

function presentBySite({ topologyClasses, buyable, present }: PackingModel): Int32Array {
  const counts = new Int32Array(topologyClasses.count);
  present.forEach((_, index) => {
    const topologyClass = topologyClasses.classOfNode[buyable.length + index] ?? 0;
    counts[topologyClass] = (counts[topologyClass] ?? 0) + 1;
  });
  return counts;
}

/** Nodes that can be filled and added to. */
export interface PackableFleet {
  readonly byTopologyClass: readonly (readonly NodeBin[])[];
  /** All nodes that topology rules count, also those without a topology class. */
  readonly bins: readonly NodeBin[];
  /** How many nodes are to be bought. */
  readonly opened: number;
  /** The load of a node that is not there yet. */
  readonly noLoad: Float64Array;
  /**
   * How many present nodes of each topology class are left out of the lists because nothing more is put on them; `undefined`:
   * none.
   */
  readonly hidden: Int32Array | undefined;
  /** Adds a node to be bought, which is the offer of this row of the table. */
  open(topologyClass: number, tableId: number, row: number): NodeBin;
}

/** Nodes that are filled, present ones first, with what the rules count on all that there are. */
export class BinFleet implements PackableFleet {
  readonly bins: NodeBin[] = [];
  readonly byTopologyClass: readonly NodeBin[][];
  readonly counts: TopologyCounts;
  /** The load of a node that is not there yet. */
  readonly noLoad: Float64Array;
  readonly #context: PackingContext;
  readonly #zeros: NonNullable<NodeBinParts['zeros']>;
  #opened = 0;
  #hidden: Int32Array | undefined;

  /** `isOfNewNodes`: present nodes are there, and their pods count, but they are not among the nodes. @default false */
  constructor(context: PackingContext, isOfNewNodes = false) {
    const { model, hostRules, standing: existing } = context;
    this.#context = context;
    this.byTopologyClass = Array.from({ length: model.topologyClasses.count }, () => []);
    this.counts = existing.counts.copy();
    this.noLoad = new Float64Array(model.dimensions.count);
    this.#zeros = { load: this.noLoad, bits: new Uint32Array(hostRules.words) };
    if (isOfNewNodes) this.#hidden = context.presentBySite;
    else model.present.forEach((_, index) => this.#addPresent(index));
  }

  get hidden(): Int32Array | undefined {
    return this.#hidden;
  }

  /** Takes the present nodes among the nodes, in their place before the new ones. */
  showPresent(): void {
    if (this.#hidden === undefined) return;
    this.#hidden = undefined;
    const fresh = this.newByTopologyClass();
    this.bins.length = 0;
    for (const list of this.byTopologyClass) list.length = 0;
    this.#context.model.present.forEach((_, index) => this.#addPresent(index));
    this.replaceNew(fresh);
  }

  /** How many nodes are to be bought. */
  get opened(): number {
    return this.#opened;
  }

  /** Number of pods placed by this packing; pods bound before it do not count. */
  get podCount(): number {
    return this.bins.reduce((sum, { items }) => sum + items.length, 0);
  }

  get costUsd(): number {
    return this.bins.reduce((sum, { priceUsd }) => sum + priceUsd, 0);
  }

  /** Adds a node to be bought, which is the offer of this row of the table. */
  open(topologyClass: number, tableId: number, row: number): NodeBin {
    const table = this.#context.tables.table(tableId);
    const bin = this.#add({ topologyClass, present: undefined, tableId, table });
    bin.become(tableId, table, row);
    this.#opened += 1;
    return bin;
  }

  /** The nodes to be bought, by topology class. */
  newByTopologyClass(): NodeBin[][] {
    return this.byTopologyClass.map((bins) => bins.filter(({ present }) => present === undefined));
  }

  /** Has these nodes to be bought instead of those so far. */
  replaceNew(byTopologyClass: readonly (readonly NodeBin[])[]): void {
    const present = this.bins.filter((bin) => bin.present !== undefined);
    this.bins.length = 0;
    for (const list of this.byTopologyClass) list.length = 0;
    for (const bin of [...present, ...byTopologyClass.flat()]) {
      this.bins.push(bin);
      this.byTopologyClass[bin.topologyClass]?.push(bin);
    }
    this.#opened = this.bins.length - present.length;
  }

  #addPresent(index: number): void {
    const { model, tables } = this.#context;
    const node = model.present[index];
    if (node === undefined) return;
    const topologyClass = model.topologyClasses.classOfNode[model.buyable.length + index] ?? 0;
    const table = tables.presentTable(index);
    const existing = this.#context.standing.onNode[index] as StandingOnNode;
    const zeros = this.#zeros;
    const bin = this.#add({
      topologyClass,
      present: index,
      tableId: NO_TABLE,
      table,
      standing: existing,
      zeros,
    });
    bin.become(NO_TABLE, table, 0);
    bin.isOpen = node.isOpen;
    bin.hasHostname = model.topologyClasses.hasHostname(topologyClass);
  }

  #add(parts: Omit<NodeBinParts, 'dimensions' | 'words'>): NodeBin {
    const { model, hostRules } = this.#context;
    const bin = new NodeBin({ ...parts, dimensions: model.dimensions.count, words: hostRules.words });
    this.bins.push(bin);
    this.byTopologyClass[bin.topologyClass]?.push(bin);
    return bin;
  }
}
