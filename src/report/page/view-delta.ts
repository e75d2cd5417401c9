import { isDeepStrictEqual } from 'node:util';
import {
  type FeedDelta,
  NODE_COLUMNS,
  type NodeRow,
  type NodesDelta,
  type PageView,
  type ViewDelta,
} from './page-view.ts';

const LISTS = ['nodes', 'decisions', 'policies', 'notices'] as const satisfies readonly (keyof PageView)[];

/**
 * What turns the first view into the second. Rows that are the same object are taken to be the same without a look inside, so
 * that the cost is that of the rows that changed.
 */
export function viewDelta<T extends PageView>(before: T, after: T): ViewDelta {
  const fields = fieldsDelta(before, after);
  const nodes = nodesDelta(before.nodes, after.nodes);
  const decisions = feedDelta(before.decisions, after.decisions);
  const policies = feedDelta(before.policies, after.policies);
  const notices = feedDelta(before.notices, after.notices);
  return {
    ...(fields !== undefined && { fields }),
    ...(nodes !== undefined && { nodes }),
    ...(decisions !== undefined && { decisions }),
    ...(policies !== undefined && { policies }),
    ...(notices !== undefined && { notices }),
  };
}

function fieldsDelta(before: object, after: object): ViewDelta['fields'] {
  const was = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([key, value]) => !LISTS.some((list) => list === key) && !isDeepStrictEqual(value, was.get(key)),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

function nodesDelta(before: readonly NodeRow[], after: readonly NodeRow[]): NodesDelta | undefined {
  if (before === after) return undefined;
  const isAligned = before.length === after.length && after.every((row, i) => row.id === before[i]?.id);
  return isAligned ? alignedDelta(before, after) : setDelta(before, after);
}

/** The usual case: the same rows in the same order. */
function alignedDelta(before: readonly NodeRow[], after: readonly NodeRow[]): NodesDelta | undefined {
  const put: NodesDelta['put'][number][] = [];
  for (const [i, row] of after.entries()) {
    const old = before[i];
    if (old !== undefined && old !== row) put.push(rowChange(old, row));
  }
  return put.length === 0 ? undefined : { put, gone: [] };
}

function setDelta(before: readonly NodeRow[], after: readonly NodeRow[]): NodesDelta {
  const was = new Map(before.map((row) => [row.id, row]));
  const put: NodesDelta['put'][number][] = [];
  for (const row of after) {
    const old = was.get(row.id);
    was.delete(row.id);
    if (old === undefined) put.push(row);
    else if (old !== row) put.push(rowChange(old, row));
  }
  return { put, gone: [...was.keys()] };
}

function rowChange(old: NodeRow, row: NodeRow): NodesDelta['put'][number] {
  const change: Record<string, unknown> & { id: string } = { id: row.id };
  for (const column of NODE_COLUMNS) if (row[column] !== old[column]) change[column] = row[column];
  return change;
}

/** Feeds get new rows at their head and lose old ones at their end, so most of a list is a run of the one before. */
function feedDelta<T>(before: readonly T[], after: readonly T[]): FeedDelta<T> | undefined {
  let end = after.length === 0 ? 0 : before.lastIndexOf(after[after.length - 1] as T) + 1;
  let keep = 0;
  while (keep < after.length && end > 0 && after[after.length - 1 - keep] === before[end - 1]) {
    keep += 1;
    end -= 1;
  }
  const isSame = keep === after.length && end === 0 && keep === before.length;
  return isSame ? undefined : { head: after.slice(0, after.length - keep), skip: end, keep };
}
