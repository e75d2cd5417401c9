import type { DraftFleet, FillableFleet, Workbench } from '../filling/draft-fleet.ts';
import { NodeDraft } from '../filling/node-draft.ts';

/** The nodes to be bought while a search changes them, by site. */
export class LiveFleet implements FillableFleet {
  readonly bySite: readonly NodeDraft[][];
  readonly opened = 0;
  readonly hidden = undefined;
  readonly noLoad: Float64Array;
  readonly #bench: Workbench;

  constructor(bench: Workbench, fleet: DraftFleet) {
    this.#bench = bench;
    this.noLoad = fleet.noLoad;
    this.bySite = fleet.newBySite();
  }

  get drafts(): readonly NodeDraft[] {
    return this.bySite.flat();
  }

  get size(): number {
    return this.bySite.reduce((sum, drafts) => sum + drafts.length, 0);
  }

  open(site: number, tableId: number, row: number): NodeDraft {
    const draft = newDraft(this.#bench, site, tableId);
    draft.become(tableId, draft.table, row);
    this.add(draft);
    return draft;
  }

  add(draft: NodeDraft): void {
    this.bySite[draft.site]?.push(draft);
  }

  remove(draft: NodeDraft): void {
    const drafts = this.bySite[draft.site] ?? [];
    const last = drafts.pop();
    if (last !== undefined && last !== draft) drafts[drafts.indexOf(draft)] = last;
  }
}

/** Nodes of a trial, apart from all others; their objects are used again and again. */
export class ScratchFleet implements FillableFleet {
  readonly drafts: NodeDraft[] = [];
  readonly bySite: readonly NodeDraft[][];
  readonly opened = 0;
  readonly hidden = undefined;
  readonly noLoad: Float64Array;
  readonly #bench: Workbench;
  readonly #spare: NodeDraft[] = [];

  constructor(bench: Workbench) {
    this.#bench = bench;
    this.noLoad = new Float64Array(bench.model.axes.count);
    this.bySite = Array.from({ length: bench.model.sites.count }, () => []);
  }

  open(site: number, tableId: number, row: number): NodeDraft {
    const draft = this.#spare.pop() ?? newDraft(this.#bench, site, tableId);
    draft.reset();
    draft.site = site;
    draft.become(tableId, this.#bench.tables.table(tableId), row);
    this.drafts.push(draft);
    this.bySite[site]?.push(draft);
    return draft;
  }

  clear(): void {
    this.#spare.push(...this.drafts);
    this.#forget();
  }

  /** Puts its nodes in the place of the picked ones, whose objects become spare. */
  swapInto(live: LiveFleet, picked: readonly NodeDraft[]): void {
    for (const draft of picked) live.remove(draft);
    for (const draft of this.drafts) live.add(draft);
    this.#forget();
    this.#spare.push(...picked);
  }

  #forget(): void {
    for (const { site } of this.drafts) (this.bySite[site] as NodeDraft[]).length = 0;
    this.drafts.length = 0;
  }
}

function newDraft({ model, hostRules, tables }: Workbench, site: number, tableId: number): NodeDraft {
  const table = tables.table(tableId);
  return new NodeDraft({
    site,
    present: undefined,
    tableId,
    table,
    axes: model.axes.count,
    words: hostRules.words,
  });
}
