import type { Workbench } from '../filling/draft-fleet.ts';
import { fitsBeside } from '../filling/host-rules.ts';
import { NodeDraft } from '../filling/node-draft.ts';
import { NO_ROW } from '../model/offer-table.ts';
import { NO_TABLE } from '../model/offer-tables.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import type { CountCodes } from './count-codes.ts';

/** A node to be bought, and the pods that it is for. */
export interface SiteNode {
  readonly site: number;
  readonly tableId: number;
  readonly row: number;
  readonly code: number;
}

/** What the costs of all sites are made from. */
export interface CostParts {
  readonly bench: Workbench;
  /** In the order in which their pods are bound. */
  readonly groups: readonly PodGroup[];
  readonly codes: CountCodes;
}

/**
 * For every set of pods, the least that nodes of one site for it cost, with the rules about single nodes obeyed. Found by
 * trying each way to split the set in a first node and the rest.
 */
export class SiteCosts {
  readonly #site: number;
  readonly #ofOneNode: Float64Array;
  readonly #nodes: (SiteNode | undefined)[] = [];
  readonly #cost: Float64Array;
  readonly #first: Int32Array;

  constructor(parts: CostParts, site: number) {
    const { size } = parts.codes;
    this.#site = site;
    this.#ofOneNode = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    this.#cost = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
    this.#first = new Int32Array(size);
    this.#cost[0] = 0;
    this.#ofOneNode[0] = 0;
    for (let code = 1; code < size; code += 1) this.#tryOneNode(parts, code);
    for (let code = 1; code < size; code += 1) {
      parts.codes.forEachPart(code, (part) => this.#split(code, part));
    }
  }

  cost(code: number): number {
    return this.#cost[code] as number;
  }

  /** The nodes of the cheapest way. */
  nodes(code: number): readonly SiteNode[] {
    const first = this.#first[code] ?? 0;
    const node = this.#nodes[first];
    return node === undefined ? [] : [node, ...this.nodes(code - first)];
  }

  #split(code: number, part: number): void {
    const cost = (this.#ofOneNode[part] as number) + (this.#cost[code - part] as number);
    if (cost >= (this.#cost[code] as number)) return;
    this.#cost[code] = cost;
    this.#first[code] = part;
  }

  #tryOneNode({ bench, groups, codes }: CostParts, code: number): void {
    const counts = codes.counts(code);
    // What is too much with a pod less is too much with it.
    for (let group = 0; group < counts.length; group += 1) {
      if (
        (counts[group] as number) > 0 &&
        this.#ofOneNode[code - codes.step(group)] === Number.POSITIVE_INFINITY
      )
        return;
    }
    const tableId = tableFor(bench, groups, { site: this.#site, counts });
    if (tableId === NO_TABLE) return;
    const draft = filled(bench, groups, { site: this.#site, counts, tableId });
    if (draft === undefined) return;
    const row = draft.table.rowFor(new Float64Array(draft.load.length), draft.load, 0);
    if (row === NO_ROW) return;
    this.#ofOneNode[code] = draft.table.price(row);
    this.#nodes[code] = { site: this.#site, tableId, row, code };
  }
}

interface Together {
  readonly site: number;
  readonly counts: Uint8Array;
}

/** The offers that each of the pods admits. */
function tableFor({ tables }: Workbench, groups: readonly PodGroup[], { site, counts }: Together): number {
  let tableId: number | undefined;
  groups.forEach(({ choice }, index) => {
    if (counts[index] === 0) return;
    tableId = tableId === undefined ? tables.ofSite(site, choice) : tables.narrow(tableId, choice);
  });
  return tableId ?? NO_TABLE;
}

/** The pods on one node, bound in the order of their groups; `undefined` when its rules forbid one of them. */
function filled(
  { model, tables, hostRules }: Workbench,
  groups: readonly PodGroup[],
  { site, counts, tableId }: Together & { readonly tableId: number },
): NodeDraft | undefined {
  const table = tables.table(tableId);
  const { words } = hostRules;
  const draft = new NodeDraft({ site, present: undefined, tableId, table, axes: model.axes.count, words });
  let turn = 0;
  for (const [index, group] of groups.entries()) {
    const rules = hostRules.ofRuleSet(group.rules);
    for (let left = counts[index] ?? 0; left > 0; left -= 1) {
      // Whether its company is somewhere is judged when all nodes are there.
      const batch = { group, hostRules: rules, turn, site, isFirst: true };
      if (group.hostPorts.some((port) => draft.hostPorts?.has(port) === true)) return undefined;
      if (!fitsBeside(draft, batch, [])) return undefined;
      draft.add({ batch, pod: group.sample });
      turn += 1;
    }
  }
  return draft;
}
