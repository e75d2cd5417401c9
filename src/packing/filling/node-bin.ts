import { holdHostPort, isHostPortTaken } from '../../model/host-port.ts';
import type { Pod } from '../../model/pod.ts';
import { NO_ROW, type OfferTable, type PodGroup } from '../model.ts';
import type { HostRuleSet } from './host-rule-set.ts';
import type { StandingOnNode } from './standing-pods.ts';

/** Equal pods that are bound one after another. */
export interface Batch {
  readonly group: PodGroup;
  readonly hostRules: HostRuleSet;
  /** Batches are bound in ascending order. */
  readonly bindingOrder: number;
  /** The only topology class that the rules allow; `undefined`: every class that its node selection admits. */
  readonly topologyClass: number | undefined;
  /** No pod matches its affinity yet and it matches the term itself, so the affinity is waived. */
  readonly isFirst: boolean;
}

/** A pod on a node. */
export interface Item {
  readonly batch: Batch;
  readonly pod: Pod;
}

export interface NodeBinParts {
  readonly topologyClass: number;
  /** Its index among the present nodes; `undefined` for one to be bought. */
  readonly present: number | undefined;
  readonly tableId: number;
  readonly table: OfferTable;
  readonly dimensions: number;
  /** Words of the bit sets of `HostRules`. */
  readonly words: number;
  /** Of a present node. */
  readonly standing?: StandingOnNode;
  /** Arrays of zeros, of `dimensions` and of `words`, that a node which is there shares with others until a pod is put on it. */
  readonly zeros?: { readonly load: Float64Array; readonly bits: Uint32Array };
}

/** A bin: a present node, or a new one that becomes the cheapest offer that holds its pods. */
export class NodeBin {
  topologyClass: number;
  readonly present: number | undefined;
  /** Whether pods may still be put here. */
  isOpen = true;
  hasHostname = true;
  /** The offers that it may still be, and which of them it is now. */
  tableId: number;
  table: OfferTable;
  row = 0;
  priceUsd = 0;
  /** What becoming any larger costs at least. */
  growthUsd = 0;
  load: Float64Array;
  /** What its offer leaves beside the load. */
  room: Float64Array;
  readonly items: Item[] = [];
  hostPorts: Set<string> | undefined;
  /** Bits of the counters that count pods on it. */
  countedBits: Uint32Array;
  /** Bits of the counters that topology spreads of its pods read. */
  spreadBits: Uint32Array;
  /** What pods that stood there before add to. */
  readonly existingCounts: StandingOnNode;
  /** The highest binding order of a pod on it. */
  lastBindingOrder = Number.NEGATIVE_INFINITY;
  /** Whether its arrays are shared, so that a fleet of thousands of present nodes costs little where few are touched. */
  #isShared: boolean;

  constructor({
    topologyClass,
    present,
    tableId,
    table,
    dimensions,
    words,
    standing: existingCounts,
    zeros,
  }: NodeBinParts) {
    this.topologyClass = topologyClass;
    this.present = present;
    this.tableId = tableId;
    this.table = table;
    this.existingCounts = existingCounts ?? NOBODY;
    this.#isShared = existingCounts !== undefined && zeros !== undefined;
    this.load = zeros?.load ?? new Float64Array(dimensions);
    this.room = zeros === undefined ? new Float64Array(dimensions) : table.firstRow;
    this.countedBits = existingCounts?.bits ?? new Uint32Array(words);
    this.spreadBits = zeros?.bits ?? new Uint32Array(words);
    for (const port of this.existingCounts.hostPorts) this.hold(port);
  }

  /** Removes all pods that this packing placed. */
  reset(): void {
    this.items.length = 0;
    this.lastBindingOrder = Number.NEGATIVE_INFINITY;
    if (this.#isShared) return;
    // Loops, since `fill` costs more than it does on arrays this short.
    for (let dimension = 0; dimension < this.load.length; dimension += 1) this.load[dimension] = 0;
    for (let word = 0; word < this.countedBits.length; word += 1) {
      this.countedBits[word] = this.present === undefined ? 0 : (this.existingCounts.bits[word] as number);
      this.spreadBits[word] = 0;
    }
    this.hostPorts = undefined;
    for (const port of this.existingCounts.hostPorts) this.hold(port);
    this.become(this.tableId, this.table, this.row);
  }

  /** Becomes this offer of this table, whatever it was. */
  become(tableId: number, table: OfferTable, row: number): void {
    this.tableId = tableId;
    this.table = table;
    this.row = row;
    this.priceUsd = table.price(row);
    this.growthUsd = table.growth(row);
    if (this.#isShared) return;
    for (let dimension = 0; dimension < this.load.length; dimension += 1) {
      this.room[dimension] = table.capacity(row, dimension) - (this.load[dimension] as number);
    }
  }

  /** Whether its present offer has room for the need; an amount of which nothing is asked is not looked at. */
  hasRoom(need: Float64Array): boolean {
    for (let dimension = 0; dimension < need.length; dimension += 1) {
      const wanted = need[dimension] as number;
      if (wanted > (this.room[dimension] as number) && wanted > 0) return false;
    }
    return true;
  }

  /** The row of a table that would hold the need beside the load. */
  rowWith(need: Float64Array, table: OfferTable): number {
    return table.rowFor(need, this.load, table === this.table ? this.row : 0);
  }

  add(item: Item): void {
    const { group, hostRules, bindingOrder } = item.batch;
    if (this.#isShared) this.#own();
    this.items.push(item);
    for (let dimension = 0; dimension < this.load.length; dimension += 1) {
      const wanted = group.need[dimension] as number;
      this.load[dimension] = (this.load[dimension] as number) + wanted;
      this.room[dimension] = (this.room[dimension] as number) - wanted;
    }
    for (const port of group.hostPorts) this.hold(port);
    for (const { word, mask } of hostRules.bumps)
      this.countedBits[word] = (this.countedBits[word] as number) | mask;
    for (const { word, mask } of hostRules.spread)
      this.spreadBits[word] = (this.spreadBits[word] as number) | mask;
    if (bindingOrder > this.lastBindingOrder) this.lastBindingOrder = bindingOrder;
  }

  /** Takes the pod away that was added last. */
  removeLast(): void {
    const items = [...this.items];
    items.pop();
    this.reset();
    for (const item of items) this.add(item);
  }

  #own(): void {
    this.#isShared = false;
    this.load = this.load.slice();
    this.room = this.room.slice();
    this.countedBits = this.countedBits.slice();
    this.spreadBits = this.spreadBits.slice();
  }

  /** Whether a pod with these host ports may not come, since others hold them. */
  isAnyPortTaken(hostPorts: readonly string[]): boolean {
    const held = this.hostPorts;
    return held !== undefined && hostPorts.some((port) => isHostPortTaken(held, port));
  }

  hold(hostPort: string): void {
    this.hostPorts ??= new Set();
    holdHostPort(this.hostPorts, hostPort);
  }

  /** Turns into the cheapest offer of its table that holds its load; for a node from which pods were taken. */
  shrink(): void {
    const row = this.table.rowFor(new Float64Array(this.load.length), this.load, 0);
    if (row !== NO_ROW) this.become(this.tableId, this.table, row);
  }
}

const NOBODY: StandingOnNode = { bits: new Uint32Array(0), counts: new Map(), hostPorts: [] };
