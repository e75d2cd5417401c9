import type { Plan } from '../../model/plan.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { bootingRows, compareNodeRows, type NodeParts, nodeRow, RowSources } from './node-rows.ts';
import { NODE_COLUMNS, type NodeRow } from './page-view.ts';
import type { NodeLoad } from './pod-tally.ts';

interface DecisionSeen {
  readonly snapshot: Snapshot;
  readonly plan: Plan;
}

interface Shown {
  row: NodeRow;
  /** What the row was made of; absent on a launch without a node. */
  parts: NodeParts | undefined;
  /** The last decision that showed it. */
  decision: number;
}

/**
 * The rows of the workers, from decision to decision. A row is made anew when something that it is made of changed, and the order
 * is found anew when a row came or changed its state: all else costs a comparison.
 */
export class NodeTable {
  readonly #shown = new Map<string, Shown>();
  #rows: readonly NodeRow[] = [];
  #decision = 0;
  #isChanged = false;
  #isInOrder = true;

  /** The rows as this decision shows them, sorted; the same list when nothing changed, and rows that say the same the same objects. */
  after({ snapshot, plan }: DecisionSeen, loads: ReadonlyMap<string, NodeLoad>): readonly NodeRow[] {
    this.#decision += 1;
    this.#isChanged = false;
    this.#isInOrder = true;
    const sources = new RowSources(snapshot, plan, loads);
    for (const node of snapshot.nodes) if (!node.isControlPlane) this.#showNode(sources.partsOf(node));
    for (const row of bootingRows(snapshot)) this.#show(row, undefined);
    this.#forgetOthers();
    if (this.#isChanged) this.#rows = this.#arranged();
    return this.#rows;
  }

  #showNode(parts: NodeParts): void {
    const shown = this.#shown.get(parts.node.name);
    if (shown?.parts !== undefined && isMadeOfTheSame(shown.parts, parts)) shown.decision = this.#decision;
    else this.#show(nodeRow(parts), parts);
  }

  #show(row: NodeRow, parts: NodeParts | undefined): void {
    const shown = this.#shown.get(row.id);
    const decision = this.#decision;
    if (shown !== undefined && saysTheSame(shown.row, row)) {
      shown.parts = parts;
      shown.decision = decision;
      return;
    }
    this.#isChanged = true;
    this.#isInOrder &&= shown?.row.state === row.state && shown.row.name === row.name;
    this.#shown.set(row.id, { row, parts, decision });
  }

  #forgetOthers(): void {
    for (const [id, { decision }] of this.#shown) {
      if (decision === this.#decision) continue;
      this.#isChanged = true;
      this.#shown.delete(id);
    }
  }

  #arranged(): readonly NodeRow[] {
    return this.#isInOrder
      ? this.#rows.flatMap(({ id }) => this.#shown.get(id)?.row ?? [])
      : [...this.#shown.values()].map(({ row }) => row).sort(compareNodeRows);
  }
}

function isMadeOfTheSame(a: NodeParts, b: NodeParts): boolean {
  return (
    a.node === b.node &&
    a.instance === b.instance &&
    a.cpuPercent === b.cpuPercent &&
    a.kept === b.kept &&
    a.pods === b.pods &&
    a.requestedCpuMillis === b.requestedCpuMillis &&
    a.removal === b.removal &&
    a.launch === b.launch
  );
}

function saysTheSame(a: NodeRow, b: NodeRow): boolean {
  return NODE_COLUMNS.every((column) => a[column] === b[column]);
}
