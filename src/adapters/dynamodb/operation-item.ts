import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { hasEnded, type Operation } from '../../model/operation.ts';
import { PortError } from '../../ports.ts';
import { operationOf } from '../ledger/operation-record.ts';

/** Sort keys of operations begin so; the rest is the operation's id. */
export const OPERATION_PREFIX = 'op#';

/** How long an ended operation stays in the table for people and audits (R62); the ledger itself looks back a day only. */
const HISTORY_SECONDS = 30 * 86_400;

type Item = Readonly<Record<string, AttributeValue>>;

/** What a person sees in the table: the operation as JSON, and beside it what one looks for. */
export function operationAttributes(operation: Operation, token: number): Record<string, AttributeValue> {
  const endedAtMs = operation.endedAtMs ?? operation.createdAtMs;
  return {
    fencingToken: { N: String(token) },
    kind: { S: operation.kind },
    step: { S: operation.step },
    operation: { S: JSON.stringify(operation) },
    // The table's TTL: an operation that has not ended never expires.
    ...(hasEnded(operation)
      ? { expiresAt: { N: String(Math.floor(endedAtMs / 1000) + HISTORY_SECONDS) } }
      : {}),
  };
}

/** Throws a configuration `PortError` that names the item when it holds no operation. */
export function operationOfItem(item: Item, table: string): Operation {
  const where = `item ${item['sk']?.S} of table ${table}`;
  return operationOf(parsed(item['operation']?.S, where), where);
}

/** The leader that wrote the item; 0 for one that names none, so that any leader may write on. */
export function tokenOfItem(item: Item | undefined): number {
  return Number(item?.['fencingToken']?.N ?? 0);
}

function parsed(text: string | undefined, where: string): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new PortError(
      `the ledger's ${where} is no JSON; look at it, and delete it once you know what became of it`,
      { retry: 'configuration', code: 'ledger-unreadable', cause },
    );
  }
}
