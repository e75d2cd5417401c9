import { hasEnded, type Operation } from './operation.ts';

/**
 * How long ended operations are kept, and how many at most: cooldowns and unavailable offerings look back hours, never days
 * (R62).
 */
const RETENTION_MS = 24 * 3_600_000;
const MAX_ENDED = 1_000;

/** The ended operations that a ledger may forget: older than a day, and the oldest beyond a thousand. Unended ones stay. */
export function expiredOperations(operations: readonly Operation[], nowMs: number): readonly Operation[] {
  const ended = operations.filter(hasEnded).sort((a, b) => endOf(a) - endOf(b));
  return ended.filter(
    (operation, index) => index < ended.length - MAX_ENDED || nowMs - endOf(operation) > RETENTION_MS,
  );
}

function endOf(operation: Operation): number {
  return operation.endedAtMs ?? operation.createdAtMs;
}
