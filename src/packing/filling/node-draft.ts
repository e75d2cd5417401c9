import type { Pod } from '../../model/pod.ts';
import { NO_ROW, type OfferTable } from '../model/offer-table.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import type { HostRuleSet } from './host-rule-set.ts';
import type { StandingOnNode } from './standing-pods.ts';

/** Equal pods that are bound one after another. */
export interface Batch {
  readonly group: PodGroup;
  readonly hostRules: HostRuleSet;
  /** Batches are bound in the order of these numbers. */
  readonly turn: number;
  /** The only site where rules let it be; `undefined`: any that its choice of nodes admits. */
  readonly site: number | undefined;
  /** It is the first of its kind anywhere, so its affinity asks for nobody. */
  readonly isFirst: boolean;
}

/** A pod on a node. */
export interface Item {
  readonly batch: Batch;
  readonly pod: Pod;
}

export interface DraftParts {
  readonly site: number;
  /** Its index among the present nodes; `undefined` for one to be bought. */
  readonly present: number | undefined;
  readonly tableId: number;
  readonly table: OfferTable;
  readonly axes: number;
  /** Words of the bit sets of `HostRules`. */
  readonly words: number;
  /** Of a present node. */
  readonly standing?: StandingOnNode;
  /** Arrays of zeros, of `axes` and of `words`, that a node which is there shares with others until a pod is put on it. */
  readonly zeros?: { readonly load: Float64Array; readonly bits: Uint32Array };
}

/** A node while it is filled: present, or to be bought as the cheapest offer that its pods leave it. */
export class NodeDraft {
  site: number;
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
  /** Bits of the counters that pods on it add to. */
  bumped: Uint32Array;
  /** Bits of the counters that spreads of pods on it look at. */
  looked: Uint32Array;
  /** What pods that stood there before add to. */
  readonly standing: StandingOnNode;
  /** The latest turn of a pod on it. */
  lastTurn = Number.NEGATIVE_INFINITY;
  /** Whether its arrays are shared, so that a fleet of thousands of present nodes costs little where few are touched. */
  #isShared: boolean;

  constructor({ site, present, tableId, table, axes, words, standing, zeros }: DraftParts) {
    this.site = site;
    this.present = present;
    this.tableId = tableId;
    this.table = table;
    this.standing = standing ?? NOBODY;
    this.#isShared = standing !== undefined && zeros !== undefined;
    this.load = zeros?.load ?? new Float64Array(axes);
    this.room = zeros === undefined ? new Float64Array(axes) : table.firstRow;
    this.bumped = standing?.bits ?? new Uint32Array(words);
    this.looked = zeros?.bits ?? new Uint32Array(words);
    for (const port of this.standing.hostPorts) this.hold(port);
  }

  /** Takes all pods away but those that stood there before. */
  reset(): void {
    this.items.length = 0;
    this.lastTurn = Number.NEGATIVE_INFINITY;
    if (this.#isShared) return;
    // Loops, since `fill` costs more than it does on arrays this short.
    for (let axis = 0; axis < this.load.length; axis += 1) this.load[axis] = 0;
    for (let word = 0; word < this.bumped.length; word += 1) {
      this.bumped[word] = this.present === undefined ? 0 : (this.standing.bits[word] as number);
      this.looked[word] = 0;
    }
    this.hostPorts = undefined;
    for (const port of this.standing.hostPorts) this.hold(port);
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
    for (let axis = 0; axis < this.load.length; axis += 1) {
      this.room[axis] = table.capacity(row, axis) - (this.load[axis] as number);
    }
  }

  /** Whether its present offer has room for the need; an amount of which nothing is asked is not looked at. */
  hasRoom(need: Float64Array): boolean {
    for (let axis = 0; axis < need.length; axis += 1) {
      const wanted = need[axis] as number;
      if (wanted > (this.room[axis] as number) && wanted > 0) return false;
    }
    return true;
  }

  /** The row of a table that would hold the need beside the load. */
  rowWith(need: Float64Array, table: OfferTable): number {
    return table.rowFor(need, this.load, table === this.table ? this.row : 0);
  }

  add(item: Item): void {
    const { group, hostRules, turn } = item.batch;
    if (this.#isShared) this.#own();
    this.items.push(item);
    for (let axis = 0; axis < this.load.length; axis += 1) {
      const wanted = group.need[axis] as number;
      this.load[axis] = (this.load[axis] as number) + wanted;
      this.room[axis] = (this.room[axis] as number) - wanted;
    }
    for (const port of group.hostPorts) this.hold(port);
    for (const { word, mask } of hostRules.bumps) this.bumped[word] = (this.bumped[word] as number) | mask;
    for (const { word, mask } of hostRules.spread) this.looked[word] = (this.looked[word] as number) | mask;
    if (turn > this.lastTurn) this.lastTurn = turn;
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
    this.bumped = this.bumped.slice();
    this.looked = this.looked.slice();
  }

  hold(hostPort: string): void {
    this.hostPorts ??= new Set();
    this.hostPorts.add(hostPort);
  }

  /** Turns into the cheapest offer of its table that holds its load; for a node from which pods were taken. */
  shrink(): void {
    const row = this.table.rowFor(new Float64Array(this.load.length), this.load, 0);
    if (row !== NO_ROW) this.become(this.tableId, this.table, row);
  }
}

const NOBODY: StandingOnNode = { bits: new Uint32Array(0), counts: new Map(), hostPorts: [] };
