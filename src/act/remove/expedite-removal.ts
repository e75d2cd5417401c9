import type { RemoveOperation } from '../../model/operation.ts';
import type { ExpediteRemovalAction } from '../../model/plan.ts';
import type { ActContext } from '../core/act-ports.ts';
import { transition, type Progress, requeueAt } from '../core/progress.ts';

/**
 * Shortens the deadline of a removal whose spot instance EC2 reclaims (F64). A removal that was being aborted drains again; one
 * whose instance is being terminated continues.
 */
export async function expediteRemoval(
  operation: RemoveOperation,
  expedited: ExpediteRemovalAction,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  if (operation.step === 'terminating' || operation.interruption === 'spot-warning')
    return requeueAt(operation, ports.clock.now());
  const { isCordonOnly: _held, outcome: _turnedBack, ...rest } = operation;
  const shortened: RemoveOperation = {
    ...rest,
    step: operation.step === 'aborting' ? 'draining' : operation.step,
    interruption: 'spot-warning',
    reasons: [...operation.reasons, ...expedited.reasons],
    deadlineMs: expedited.deadlineMs,
    graceLimitSeconds: expedited.graceLimitSeconds,
  };
  return transition(shortened, ports, signal);
}
