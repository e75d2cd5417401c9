import { NO_TABLE, OfferTables } from '../model/offer-tables.ts';
import type { PackingModel } from '../model/packing-model.ts';
import { worthOf } from '../model/resource-worth.ts';
import type { SiteCounts } from '../rules/site-counts.ts';
import { HostRules } from './host-rules.ts';
import { type DraftParts, NodeDraft } from './node-draft.ts';
import { type StandingOnNode, StandingPods } from './standing-pods.ts';

/** What all runs over one problem share: they depend on the problem alone. */
export interface Workbench {
  readonly model: PackingModel;
  readonly tables: OfferTables;
  readonly hostRules: HostRules;
  readonly standing: StandingPods;
  readonly presentBySite: Int32Array;
  /** What units of CPU and memory are worth, by axis. */
  readonly worth: Float64Array;
  /** Whether another node may come at all, so that a hostname without pods is always at hand. */
  readonly mayGrow: boolean;
}

export function workbenchOf(model: PackingModel): Workbench {
  const hostRules = new HostRules(model.rules);
  return {
    model,
    tables: new OfferTables(model),
    hostRules,
    standing: new StandingPods(model, hostRules.words),
    presentBySite: presentBySite(model),
    worth: worthOf(model),
    mayGrow: model.buyable.length > 0 && model.maxNewNodes > 0,
  };
}

function presentBySite({ sites, buyable, present }: PackingModel): Int32Array {
  const counts = new Int32Array(sites.count);
  present.forEach((_, index) => {
    const site = sites.siteOf[buyable.length + index] ?? 0;
    counts[site] = (counts[site] ?? 0) + 1;
  });
  return counts;
}

/** Nodes that can be filled and added to. */
export interface FillableFleet {
  readonly bySite: readonly (readonly NodeDraft[])[];
  /** Every node that rules count, those of no site included. */
  readonly drafts: readonly NodeDraft[];
  /** How many nodes are to be bought. */
  readonly opened: number;
  /** The load of a node that is not there yet. */
  readonly noLoad: Float64Array;
  /** How many present nodes of each site are left out of the lists because nothing more is put on them; `undefined`: none. */
  readonly hidden: Int32Array | undefined;
  /** Adds a node to be bought, which is the offer of this row of the table. */
  open(site: number, tableId: number, row: number): NodeDraft;
}

/** Nodes that are filled, present ones first, with what the rules count on all that there are. */
export class DraftFleet implements FillableFleet {
  readonly drafts: NodeDraft[] = [];
  readonly bySite: readonly NodeDraft[][];
  readonly counts: SiteCounts;
  /** The load of a node that is not there yet. */
  readonly noLoad: Float64Array;
  readonly #bench: Workbench;
  readonly #zeros: NonNullable<DraftParts['zeros']>;
  #opened = 0;
  #hidden: Int32Array | undefined;

  /** `isOfNewNodes`: present nodes are there, and their pods count, but they are not among the nodes. @default false */
  constructor(bench: Workbench, isOfNewNodes = false) {
    const { model, hostRules, standing } = bench;
    this.#bench = bench;
    this.bySite = Array.from({ length: model.sites.count }, () => []);
    this.counts = standing.counts.copy();
    this.noLoad = new Float64Array(model.axes.count);
    this.#zeros = { load: this.noLoad, bits: new Uint32Array(hostRules.words) };
    if (isOfNewNodes) this.#hidden = bench.presentBySite;
    else model.present.forEach((_, index) => this.#addPresent(index));
  }

  get hidden(): Int32Array | undefined {
    return this.#hidden;
  }

  /** Takes the present nodes among the nodes, in their place before the new ones. */
  showPresent(): void {
    if (this.#hidden === undefined) return;
    this.#hidden = undefined;
    const fresh = this.newBySite();
    this.drafts.length = 0;
    for (const list of this.bySite) list.length = 0;
    this.#bench.model.present.forEach((_, index) => this.#addPresent(index));
    this.replaceNew(fresh);
  }

  /** How many nodes are to be bought. */
  get opened(): number {
    return this.#opened;
  }

  /** How many pods were put on nodes here, those that stood there before not counted. */
  get podCount(): number {
    return this.drafts.reduce((sum, { items }) => sum + items.length, 0);
  }

  get costUsd(): number {
    return this.drafts.reduce((sum, { priceUsd }) => sum + priceUsd, 0);
  }

  /** Adds a node to be bought, which is the offer of this row of the table. */
  open(site: number, tableId: number, row: number): NodeDraft {
    const table = this.#bench.tables.table(tableId);
    const draft = this.#add({ site, present: undefined, tableId, table });
    draft.become(tableId, table, row);
    this.#opened += 1;
    return draft;
  }

  /** The nodes to be bought, by site. */
  newBySite(): NodeDraft[][] {
    return this.bySite.map((drafts) => drafts.filter(({ present }) => present === undefined));
  }

  /** Has these nodes to be bought instead of those so far. */
  replaceNew(bySite: readonly (readonly NodeDraft[])[]): void {
    const present = this.drafts.filter((draft) => draft.present !== undefined);
    this.drafts.length = 0;
    for (const list of this.bySite) list.length = 0;
    for (const draft of [...present, ...bySite.flat()]) {
      this.drafts.push(draft);
      this.bySite[draft.site]?.push(draft);
    }
    this.#opened = this.drafts.length - present.length;
  }

  #addPresent(index: number): void {
    const { model, tables } = this.#bench;
    const node = model.present[index];
    if (node === undefined) return;
    const site = model.sites.siteOf[model.buyable.length + index] ?? 0;
    const table = tables.presentTable(index);
    const standing = this.#bench.standing.onNode[index] as StandingOnNode;
    const zeros = this.#zeros;
    const draft = this.#add({ site, present: index, tableId: NO_TABLE, table, standing, zeros });
    draft.become(NO_TABLE, table, 0);
    draft.isOpen = node.isOpen;
    draft.hasHostname = model.sites.hasHostname(site);
  }

  #add(parts: Omit<DraftParts, 'axes' | 'words'>): NodeDraft {
    const { model, hostRules } = this.#bench;
    const draft = new NodeDraft({ ...parts, axes: model.axes.count, words: hostRules.words });
    this.drafts.push(draft);
    this.bySite[draft.site]?.push(draft);
    return draft;
  }
}
