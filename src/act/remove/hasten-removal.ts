import type { RemoveOperation } from '../../model/operation.ts';
import type { HastenRemovalAction } from '../../model/plan.ts';
import type { ActContext } from '../core/act-ports.ts';
import { moveOn, type Progress, waitUntil } from '../core/progress.ts';

/**
 * Gives a removal the shorter time of a machine that EC2 takes back (F64). One that was turning back drains again; one whose
 * instance is being terminated just goes on.
 */
export async function hastenRemoval(
  operation: RemoveOperation,
  haste: HastenRemovalAction,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  if (operation.step === 'terminating' || operation.interruption === 'spot-warning')
    return waitUntil(operation, ports.clock.now());
  const { isCordonOnly: _held, outcome: _turnedBack, ...rest } = operation;
  const hastened: RemoveOperation = {
    ...rest,
    step: operation.step === 'aborting' ? 'draining' : operation.step,
    interruption: 'spot-warning',
    reasons: [...operation.reasons, ...haste.reasons],
    deadlineMs: haste.deadlineMs,
    graceLimitSeconds: haste.graceLimitSeconds,
  };
  return moveOn(hastened, ports, signal);
}
