import { CANCELLED, type Operation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';

/**
 * Cancels an operation that appears in the ledger although this leader neither read nor wrote it: a late write of its
 * predecessor, or an own write without an answer. Its writer acts only after a confirmed write and only as the leader, so nothing
 * has been done for it.
 */
export function cancelUntracked(operation: Operation, nowMs: number): Operation {
  const outcome: Reason = {
    code: CANCELLED,
    text: 'Its write was never confirmed, so nothing was done for it: what is needed is decided again.',
  };
  return operation.kind === 'launch'
    ? { ...operation, step: 'failed', outcome, endedAtMs: nowMs }
    : { ...operation, step: 'aborted', outcome, endedAtMs: nowMs };
}
