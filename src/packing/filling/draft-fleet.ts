import { NO_TABLE, OfferTables } from '../model/offer-tables.ts';
import type { PackingModel } from '../model/packing-model.ts';
import { worthOf } from '../model/resource-worth.ts';
import { SiteCounts } from '../rules/site-counts.ts';
import { HostRules } from './host-rules.ts';
import { NodeDraft } from './node-draft.ts';

/** What all runs over one problem share: they depend on the problem alone. */
export interface Workbench {
  readonly model: PackingModel;
  readonly tables: OfferTables;
  readonly hostRules: HostRules;
  /** What units of CPU and memory are worth, by axis. */
  readonly worth: Float64Array;
  /** Whether another node may come at all, so that a hostname without pods is always at hand. */
  readonly mayGrow: boolean;
}

export function workbenchOf(model: PackingModel): Workbench {
  return {
    model,
    tables: new OfferTables(model),
    hostRules: new HostRules(model.rules),
    worth: worthOf(model),
    mayGrow: model.buyable.length > 0 && model.maxNewNodes > 0,
  };
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
  /** Adds a node to be bought, which is the offer of this row of the table. */
  open(site: number, tableId: number, row: number): NodeDraft;
}

/** Nodes that are filled, present ones first, with what the rules count on them. */
export class DraftFleet implements FillableFleet {
  readonly drafts: NodeDraft[] = [];
  readonly bySite: readonly NodeDraft[][];
  readonly counts: SiteCounts;
  /** The load of a node that is not there yet. */
  readonly noLoad: Float64Array;
  readonly #bench: Workbench;
  #opened = 0;

  constructor(bench: Workbench) {
    const { model } = bench;
    this.#bench = bench;
    this.bySite = Array.from({ length: model.sites.count }, () => []);
    this.counts = new SiteCounts(model.rules, model.sites);
    this.noLoad = new Float64Array(model.axes.count);
    model.present.forEach((_, index) => this.#addPresent(index));
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
    const draft = this.#add({ site, present: index, tableId: NO_TABLE, table });
    draft.become(NO_TABLE, table, 0);
    draft.isOpen = node.isOpen;
    draft.hasHostname = model.sites.hasHostname(site);
    for (const pod of node.pods) {
      const ruleSet = model.rules.idOf(pod);
      const isLeaving = pod.deletionRequestedAtMs !== undefined;
      this.counts.add(ruleSet, site, isLeaving);
      this.#bench.hostRules.addStanding(draft, ruleSet, isLeaving);
    }
    draft.standingPorts = node.pods.flatMap(({ hostPorts }) => hostPorts);
    for (const port of draft.standingPorts) draft.hold(port);
  }

  #add(parts: Pick<NodeDraft, 'site' | 'present' | 'tableId' | 'table'>): NodeDraft {
    const { model, hostRules } = this.#bench;
    const draft = new NodeDraft({ ...parts, axes: model.axes.count, words: hostRules.words });
    this.drafts.push(draft);
    this.bySite[draft.site]?.push(draft);
    return draft;
  }
}
