import { NodeBin, type PackingContext, satisfiesHostRules } from '../filling.ts';
import { NO_ROW, NO_TABLE, type PodGroup } from '../model.ts';
import type { CountCodes } from './count-codes.ts';

/** A node to be bought, and the pods that it is for. */
export interface PricedNode {
  readonly topologyClass: number;
  readonly tableId: number;
  readonly row: number;
  readonly code: number;
}

/** Shared input of the costs of all topology classes. */
export interface CostParts {
  readonly context: PackingContext;
  /** In the order in which their pods are bound. */
  readonly groups: readonly PodGroup[];
  readonly codes: CountCodes;
}

/**
 * For every set of pods, the minimum cost of nodes of one topology class that hold it under the rules about single nodes. Dynamic
 * programming over every split into a first node and the remaining pods.
 */
export class TopologyClassCosts {
  readonly #topologyClass: number;
  readonly #ofOneNode: Float64Array;
  readonly #nodes: (PricedNode | undefined)[] = [];
  readonly #cost: Float64Array;
  readonly #first: Int32Array;

  constructor(parts: CostParts, topologyClass: number) {
    const { size } = parts.codes;
    this.#topologyClass = topologyClass;
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
  nodes(code: number): readonly PricedNode[] {
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

  #tryOneNode({ context, groups, codes }: CostParts, code: number): void {
    const counts = codes.counts(code);
    // A set is infeasible if it is infeasible with one pod less.
    for (let group = 0; group < counts.length; group += 1) {
      if (
        (counts[group] as number) > 0 &&
        this.#ofOneNode[code - codes.step(group)] === Number.POSITIVE_INFINITY
      )
        return;
    }
    const tableId = tableFor(context, groups, { topologyClass: this.#topologyClass, counts });
    if (tableId === NO_TABLE) return;
    const bin = filledBin(context, groups, { topologyClass: this.#topologyClass, counts, tableId });
    if (bin === undefined) return;
    const row = bin.table.rowFor(new Float64Array(bin.load.length), bin.load, 0);
    if (row === NO_ROW) return;
    this.#ofOneNode[code] = bin.table.price(row);
    this.#nodes[code] = { topologyClass: this.#topologyClass, tableId, row, code };
  }
}

interface ColocatedPods {
  readonly topologyClass: number;
  readonly counts: Uint8Array;
}

/** The offers that each of the pods admits. */
function tableFor(
  { tables }: PackingContext,
  groups: readonly PodGroup[],
  { topologyClass, counts }: ColocatedPods,
): number {
  let tableId: number | undefined;
  groups.forEach(({ choice }, index) => {
    if (counts[index] === 0) return;
    tableId = tableId === undefined ? tables.ofClass(topologyClass, choice) : tables.narrow(tableId, choice);
  });
  return tableId ?? NO_TABLE;
}

/** The pods on one node, bound in the order of their groups; `undefined` when its rules forbid one of them. */
function filledBin(
  { model, tables, hostRules }: PackingContext,
  groups: readonly PodGroup[],
  { topologyClass, counts, tableId }: ColocatedPods & { readonly tableId: number },
): NodeBin | undefined {
  const table = tables.table(tableId);
  const { words } = hostRules;
  const bin = new NodeBin({
    topologyClass,
    present: undefined,
    tableId,
    table,
    dimensions: model.dimensions.count,
    words,
  });
  let bindingOrder = 0;
  for (const [index, group] of groups.entries()) {
    const rules = hostRules.ofRuleSet(group.rules);
    for (let left = counts[index] ?? 0; left > 0; left -= 1) {
      // Whether its company is somewhere is judged when all nodes are there.
      const batch = { group, hostRules: rules, bindingOrder, topologyClass, isFirst: true };
      if (bin.isAnyPortTaken(group.hostPorts)) return undefined;
      if (!satisfiesHostRules(bin, batch, [])) return undefined;
      bin.add({ batch, pod: group.sample });
      bindingOrder += 1;
    }
  }
  return bin;
}
