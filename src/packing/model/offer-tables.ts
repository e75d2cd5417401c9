import { NO_RESOURCES, type Resources } from '../../model/resources.ts';
import { OfferTable } from './offer-table.ts';
import type { PackingModel } from './packing-model.ts';

/** No offer is left. */
export const NO_TABLE = -1;

/** By what is left of a node, which is the same object as long as the node and its pods are. */
const presentTables = new WeakMap<Resources, { readonly dimensions: string; readonly table: OfferTable }>();

/** The offers that a new node could still be, given its topology class and the pods on it; equal sets are one table. */
export class OfferTables {
  readonly #tables: OfferTable[] = [];
  readonly #model: PackingModel;
  readonly #offers;
  readonly #dimensions: number;
  readonly #axesText: string;
  /** All offers of each table, the dominated ones too, which may be the best of those that another pod admits. */
  readonly #among: (readonly number[])[] = [];
  readonly #byOffers = new Map<string, number>();
  readonly #narrowed: (number | undefined)[][] = [];
  readonly #ofClass: readonly number[];

  constructor(model: PackingModel) {
    this.#model = model;
    this.#dimensions = model.dimensions.count;
    this.#axesText = model.dimensions.text;
    this.#offers = model.buyable.map(({ costUsdPerHour, free }) => ({
      priceUsdPerHour: costUsdPerHour,
      capacity: model.dimensions.amounts(free),
    }));
    const byTopologyClass = Array.from({ length: model.topologyClasses.count }, (): number[] => []);
    model.buyable.forEach((_, index) =>
      byTopologyClass[model.topologyClasses.classOfNode[index] ?? 0]?.push(index),
    );
    this.#ofClass = byTopologyClass.map((among) => this.#tableOf(among));
  }

  /** Every offer of the topology class that the choice of nodes admits. */
  ofClass(topologyClass: number, choice: number): number {
    return this.narrow(this.#ofClass[topologyClass] ?? NO_TABLE, choice);
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
    if (known?.dimensions === this.#axesText) return known.table;
    const offer = { priceUsdPerHour: 0, capacity: this.#model.dimensions.amounts(free) };
    const table = new OfferTable([offer], [0], this.#dimensions);
    presentTables.set(free, { dimensions: this.#axesText, table });
    return table;
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
    const id = this.#tables.push(new OfferTable(this.#offers, among, this.#dimensions)) - 1;
    this.#byOffers.set(name, id);
    return id;
  }
}
