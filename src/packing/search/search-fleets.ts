import { type BinFleet, NodeBin, type PackableFleet, type PackingContext } from '../filling.ts';

/** The nodes to be bought while a search changes them, by topology class. */
export class LiveFleet implements PackableFleet {
  readonly byTopologyClass: readonly NodeBin[][];
  readonly opened = 0;
  readonly hidden = undefined;
  readonly noLoad: Float64Array;
  readonly #context: PackingContext;

  constructor(context: PackingContext, fleet: BinFleet) {
    this.#context = context;
    this.noLoad = fleet.noLoad;
    this.byTopologyClass = fleet.newByTopologyClass();
  }

  get bins(): readonly NodeBin[] {
    return this.byTopologyClass.flat();
  }

  get size(): number {
    return this.byTopologyClass.reduce((sum, bins) => sum + bins.length, 0);
  }

  open(topologyClass: number, tableId: number, row: number): NodeBin {
    const bin = newBin(this.#context, topologyClass, tableId);
    bin.become(tableId, bin.table, row);
    this.add(bin);
    return bin;
  }

  add(bin: NodeBin): void {
    this.byTopologyClass[bin.topologyClass]?.push(bin);
  }

  remove(bin: NodeBin): void {
    const bins = this.byTopologyClass[bin.topologyClass] ?? [];
    const last = bins.pop();
    if (last !== undefined && last !== bin) bins[bins.indexOf(bin)] = last;
  }
}

/** Nodes of a trial, apart from all others; their objects are used again and again. */
export class ScratchFleet implements PackableFleet {
  readonly bins: NodeBin[] = [];
  readonly byTopologyClass: readonly NodeBin[][];
  readonly opened = 0;
  readonly hidden = undefined;
  readonly noLoad: Float64Array;
  readonly #context: PackingContext;
  readonly #spare: NodeBin[] = [];

  constructor(context: PackingContext) {
    this.#context = context;
    this.noLoad = new Float64Array(context.model.dimensions.count);
    this.byTopologyClass = Array.from({ length: context.model.topologyClasses.count }, () => []);
  }

  open(topologyClass: number, tableId: number, row: number): NodeBin {
    const bin = this.#spare.pop() ?? newBin(this.#context, topologyClass, tableId);
    bin.reset();
    bin.topologyClass = topologyClass;
    bin.become(tableId, this.#context.tables.table(tableId), row);
    this.bins.push(bin);
    this.byTopologyClass[topologyClass]?.push(bin);
    return bin;
  }

  clear(): void {
    this.#spare.push(...this.bins);
    this.#forget();
  }

  /** Puts its nodes in the place of the picked ones, whose objects become spare. */
  swapInto(live: LiveFleet, picked: readonly NodeBin[]): void {
    for (const bin of picked) live.remove(bin);
    for (const bin of this.bins) live.add(bin);
    this.#forget();
    this.#spare.push(...picked);
  }

  #forget(): void {
    for (const { topologyClass } of this.bins) (this.byTopologyClass[topologyClass] as NodeBin[]).length = 0;
    this.bins.length = 0;
  }
}

function newBin(
  { model, hostRules, tables }: PackingContext,
  topologyClass: number,
  tableId: number,
): NodeBin {
  const table = tables.table(tableId);
  return new NodeBin({
    topologyClass,
    present: undefined,
    tableId,
    table,
    dimensions: model.dimensions.count,
    words: hostRules.words,
  });
}
