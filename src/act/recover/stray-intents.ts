import { CALLED_OFF, type Operation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';

/**
 * An intent that turns up in the ledger although this leader had read it, and did not write it as far as it knows: a predecessor's
 * that arrived late, or an own one whose answer was lost. Its writer acts only once it has heard that it is written, and then only
 * while it leads, so nothing has been done for it.
 */
export function callOffStray(operation: Operation, nowMs: number): Operation {
  const outcome: Reason = {
    code: CALLED_OFF,
    text: 'Nobody heard that it was written, so nothing was done for it: what is needed is decided anew.',
  };
  return operation.kind === 'launch'
    ? { ...operation, step: 'failed', outcome, endedAtMs: nowMs }
    : { ...operation, step: 'aborted', outcome, endedAtMs: nowMs };
}
