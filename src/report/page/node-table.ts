import type { Plan } from '../../model/plan.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { compareNodeRows, nodeRows } from './node-rows.ts';
import type { NodeRow } from './page-view.ts';

/**
 * The rows of the workers, from decision to decision. A row that says the same stays the same object, and the order is only
 * found anew when a row came, went or changed its state: what did not change costs a comparison and no message.
 */
export class NodeTable {
  #rows: readonly NodeRow[] = [];

  /** The rows as this decision shows them, sorted; the same list when nothing changed. */
  after(snapshot: Snapshot, plan: Plan): readonly NodeRow[] {
    const fresh = new Map(nodeRows(snapshot, plan).map((row) => [row.id, row]));
    let isChanged = fresh.size !== this.#rows.length;
    let isInOrder = !isChanged;
    for (const old of this.#rows) {
      const row = fresh.get(old.id);
      if (row !== undefined && saysTheSame(old, row)) {
        fresh.set(old.id, old);
        continue;
      }
      isChanged = true;
      isInOrder &&= row?.state === old.state && row.name === old.name;
    }
    if (!isChanged) return this.#rows;
    this.#rows = isInOrder
      ? this.#rows.flatMap(({ id }) => fresh.get(id) ?? [])
      : [...fresh.values()].sort(compareNodeRows);
    return this.#rows;
  }
}

const COLUMNS = [
  'state',
  'why',
  'cpuPercent',
  'pods',
  'requestedCores',
  'allocatableCores',
  'priceUsdPerHour',
  'sinceMs',
  'name',
  'zone',
  'type',
  'lifecycle',
] as const satisfies readonly (keyof NodeRow)[];

function saysTheSame(a: NodeRow, b: NodeRow): boolean {
  return COLUMNS.every((column) => a[column] === b[column]);
}
