import { NO_RESOURCES, type Resources } from '../../model/resources.ts';
import { OfferTable } from './offer-table.ts';
import type { PackingModel } from './packing-model.ts';

/** No offer is left. */
export const NO_TABLE = -1;

/** By what is left of a node, which is the same object as long as the node and its pods are. */
const presentTables = new WeakMap<Resources, { readonly axes: string; readonly table: OfferTable }>();

/** The offers that a new node could still be, given its site and the pods on it; equal sets are one table. */
export class OfferTables {
  readonly #tables: OfferTable[] = [];
  readonly #model: PackingModel;
  readonly #offers;
  readonly #axes: number;
  readonly #axesText: string;
  /** All offers of each table, the dominated ones too, which may be the best of those that another pod admits. */
  readonly #among: (readonly number[])[] = [];
  readonly #byOffers = new Map<string, number>();
  readonly #narrowed: (number | undefined)[][] = [];
  readonly #ofSite: readonly number[];

  constructor(model: PackingModel) {
    this.#model = model;
    this.#axes = model.axes.count;
    this.#axesText = model.axes.text;
    this.#offers = model.buyable.map(({ costUsdPerHour, free }) => ({
      priceUsdPerHour: costUsdPerHour,
      capacity: model.axes.amounts(free),
    }));
    const bySite = Array.from({ length: model.sites.count }, (): number[] => []);
    model.buyable.forEach((_, index) => bySite[model.sites.siteOf[index] ?? 0]?.push(index));
    this.#ofSite = bySite.map((among) => this.#tableOf(among));
  }

  /** Every offer of the site that the choice of nodes admits. */
  ofSite(site: number, choice: number): number {
    return this.narrow(this.#ofSite[site] ?? NO_TABLE, choice);
  }

  /** Those of a table that the choice of nodes admits. */
  narrow(table: number, choice: number): number {
    if (table === NO_TABLE) return NO_TABLE;
    const row = (this.#narrowed[table] ??= []);
    return (row[choice] ??= this.#narrow(table, choice));
  }

  table(id: number): OfferTable {
    const table = this.#tables[id];
    if (table === undefined) throw new RangeError(`no table ${id}`);
    return table;
  }

  /** The one row of a node that is there: it costs nothing and is as large as what is left of it. */
  presentTable(index: number): OfferTable {
    const free = this.#model.present[index]?.free ?? NO_RESOURCES;
    const known = presentTables.get(free);
    if (known?.axes === this.#axesText) return known.table;
    const offer = { priceUsdPerHour: 0, capacity: this.#model.axes.amounts(free) };
    const table = new OfferTable([offer], [0], this.#axes);
    presentTables.set(free, { axes: this.#axesText, table });
    return table;
  }

  /** Every offer of a table, the dominated ones too. */
  among(table: number): readonly number[] {
    return this.#among[table] ?? [];
  }

  #narrow(table: number, choice: number): number {
    const admitted = this.#model.admitted[choice];
    const among = this.#among[table] ?? [];
    const left = among.filter((offer) => admitted?.[offer] === 1);
    return left.length === among.length ? table : this.#tableOf(left);
  }

  #tableOf(among: readonly number[]): number {
    if (among.length === 0) return NO_TABLE;
    const name = among.join();
    const known = this.#byOffers.get(name);
    if (known !== undefined) return known;
    this.#among.push(among);
    const id = this.#tables.push(new OfferTable(this.#offers, among, this.#axes)) - 1;
    this.#byOffers.set(name, id);
    return id;
  }
}
