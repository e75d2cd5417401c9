import { CALLED_OFF, type LaunchOperation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { ActContext } from '../core/act-ports.ts';
import { moveOn, type Progress, standBy } from '../core/progress.ts';
import { attemptLaunch } from './attempt-launch.ts';
import { awaitJoin } from './await-join.ts';
import { stopIntoPool } from './stop-into-pool.ts';
import { undoLaunch } from './undo-launch.ts';

/**
 * Takes the launch one step further, as far as can be done now. Safe to repeat after a crash at any point: each step is
 * idempotent, and each change is in the ledger before the call that it announces. Throws `PortError` when the ledger or the
 * world cannot be reached; the operation then stands where it stood.
 */
export async function advanceLaunch(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  switch (operation.step) {
    case 'intended':
      return attemptLaunch(operation, ports, signal);
    case 'launched':
      return awaitJoin(operation, ports, signal);
    case 'stopping':
      return stopIntoPool(operation, ports, signal);
    case 'undoing':
      return undoLaunch(operation, ports, signal);
    case 'ready':
    case 'pooled':
    case 'failed':
      return standBy(operation);
  }
}

/** Gives the launch up, whatever it has made so far, as long as its machine is no worker; otherwise it just goes on. */
export async function abortLaunch(
  operation: LaunchOperation,
  reasons: readonly Reason[],
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (operation.step !== 'intended' && operation.step !== 'launched') {
    return advanceLaunch(operation, ports, signal);
  }
  const text = `called off: ${reasons.map((reason) => reason.text).join('; ')}`;
  return moveOn({ ...operation, step: 'undoing', outcome: { code: CALLED_OFF, text } }, ports, signal);
}
