import type { Pod } from '../../model/pod.ts';
import { DomainCounts, FRESH } from './domain-counts.ts';
import { NO_ROW, type OfferTable } from './offer-table.ts';
import { NO_TABLE, OfferTables } from './offer-tables.ts';
import type { PackingModel } from './packing-model.ts';
import type { PodGroup } from './pod-groups.ts';

/** A node as the packer fills it: present, or to be bought as the cheapest offer that its pods leave it. */
export interface Bin {
  readonly index: number;
  readonly site: number;
  /** Its index among the present nodes; `undefined` for one to be bought. */
  readonly present: number | undefined;
  isOpen: boolean;
  /** The offers that it may still be. */
  table: number;
  /** The row of the table that it is now. */
  row: number;
  readonly hostPorts: Set<string>;
  readonly placed: Placement[];
}

/** A pod on a bin. */
export interface Placement {
  readonly group: PodGroup;
  readonly pod: Pod;
  bin: Bin;
}

/** What it would mean to put a pod of a group on a bin. */
export interface Offered {
  table: number;
  row: number;
  /** By how much the bin's price rises. */
  addedUsd: number;
}

/** All bins, what is on them, and what the rules count. Changed by `place`, `remove` and `open` alone. */
export class Bins {
  readonly all: Bin[] = [];
  readonly tables: OfferTables;
  readonly counts: DomainCounts;
  readonly #model: PackingModel;
  readonly #axes: number;
  #loads: Float64Array;
  readonly #emptyLoad: Float64Array;
  #opened = 0;

  constructor(model: PackingModel) {
    this.#model = model;
    this.#axes = model.axes.count;
    this.#loads = new Float64Array(64 * this.#axes);
    this.#emptyLoad = new Float64Array(this.#axes);
    this.tables = new OfferTables(model);
    this.counts = new DomainCounts(
      model.rules,
      model.sites,
      model.buyable.length > 0 && model.maxNewNodes > 0,
    );
    model.present.forEach((_, index) => this.#addPresent(index));
  }

  get opened(): number {
    return this.#opened;
  }

  tableOf(bin: Pick<Bin, 'table'>): OfferTable {
    return this.table(bin.table);
  }

  table(id: number): OfferTable {
    return this.tables.tables[id] as OfferTable;
  }

  priceOf(bin: Bin): number {
    return this.table(bin.table).price(bin.row);
  }

  load(bin: Bin, axis: number): number {
    return this.#loads[bin.index * this.#axes + axis] as number;
  }

  /** What a pod of the group on the bin would do to its price, into `out`; false when it cannot go there by itself. */
  weigh(group: PodGroup, bin: Bin, out: Offered): boolean {
    if (!bin.isOpen || !this.#admits(group, bin)) return false;
    if (bin.present !== undefined) return this.#weighRow(group, bin, bin.table, out);
    const table = this.tables.narrow(bin.table, group.choice);
    return table !== NO_TABLE && this.#weighRow(group, bin, table, out);
  }

  /** The same for a new node of the site. */
  weighNew(group: PodGroup, site: number, out: Offered): boolean {
    const table = this.tables.ofSite(site, group.choice);
    if (table === NO_TABLE || !this.counts.allowsHost(group.rules, site, FRESH)) return false;
    out.table = table;
    out.row = this.table(table).rowFor(group.need, this.#emptyLoad, 0, 0);
    if (out.row === NO_ROW) return false;
    out.addedUsd = this.table(table).price(out.row);
    return true;
  }

  /** Adds a bin for a node to be bought; it is not yet any offer. */
  open(site: number, table: number): Bin {
    this.#opened += 1;
    return this.#add({ site, present: undefined, isOpen: true, table, row: 0 });
  }

  place(placement: Placement, at: Pick<Offered, 'table' | 'row'>): void {
    const { bin, group } = placement;
    bin.table = at.table;
    bin.row = at.row;
    bin.placed.push(placement);
    for (const port of group.hostPorts) bin.hostPorts.add(port);
    this.#addLoad(bin, group.need, 1);
    this.counts.bump(group.rules, bin.site, bin.index, 1);
  }

  #addLoad(bin: Bin, need: Float64Array, by: 1 | -1): void {
    const at = bin.index * this.#axes;
    for (let axis = 0; axis < this.#axes; axis += 1) {
      this.#loads[at + axis] = (this.#loads[at + axis] as number) + by * (need[axis] as number);
    }
  }

  #weighRow(group: PodGroup, bin: Bin, table: number, out: Offered): boolean {
    const offers = this.table(table);
    const from = table === bin.table ? bin.row : 0;
    const row = offers.rowFor(group.need, this.#loads, bin.index * this.#axes, from);
    if (row === NO_ROW) return false;
    out.table = table;
    out.row = row;
    out.addedUsd = offers.price(row) - this.priceOf(bin);
    return true;
  }

  #admits({ choice, hostPorts, rules }: PodGroup, bin: Bin): boolean {
    const { present } = bin;
    if (present !== undefined) {
      const place = this.#model.buyable.length + present;
      if (this.#model.admitted[choice]?.[place] !== 1) return false;
    }
    for (const port of hostPorts) if (bin.hostPorts.has(port)) return false;
    return this.counts.allowsHost(rules, bin.site, bin.index);
  }

  #addPresent(index: number): void {
    const { present, buyable, sites, rules, axes } = this.#model;
    const node = present[index];
    if (node === undefined) return;
    const table = this.tables.addPresent(axes.amounts(node.free));
    const site = sites.siteOf[buyable.length + index] ?? 0;
    const bin = this.#add({ site, present: index, isOpen: node.isOpen, table, row: 0 });
    for (const pod of node.pods) {
      for (const port of pod.hostPorts) bin.hostPorts.add(port);
      const ruleSet = rules.idOf(pod);
      if (pod.deletionRequestedAtMs === undefined) this.counts.bump(ruleSet, site, bin.index, 1);
      else this.counts.bumpLeaving(ruleSet, site, bin.index);
    }
  }

  #add(parts: Omit<Bin, 'index' | 'hostPorts' | 'placed'>): Bin {
    const bin = { index: this.all.length, ...parts, hostPorts: new Set<string>(), placed: [] };
    this.all.push(bin);
    const needed = this.all.length * this.#axes;
    if (needed > this.#loads.length) {
      const grown = new Float64Array(needed * 2);
      grown.set(this.#loads);
      this.#loads = grown;
    }
    this.counts.addHost(bin.site);
    return bin;
  }
}
