import { CANCELLED, type LaunchOperation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { ActContext } from '../core/act-ports.ts';
import { transition, type Progress, park } from '../core/progress.ts';
import { attemptLaunch } from './attempt-launch.ts';
import { awaitJoin } from './await-join.ts';
import { rollBackLaunch } from './roll-back-launch.ts';
import { stopIntoPool } from './stop-into-pool.ts';

/**
 * Takes the launch one step further, as far as can be done now. Safe to repeat after a crash at any point: each step is
 * idempotent, and each change is in the ledger before the call that it announces. Throws `PortError` when the ledger or the world
 * cannot be reached; the operation then keeps its step.
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
      return rollBackLaunch(operation, ports, signal);
    case 'ready':
    case 'pooled':
    case 'failed':
      return park(operation);
  }
}

/** Aborts the launch and rolls back what it has made, unless its instance is a worker already; then the launch continues. */
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
  return transition({ ...operation, step: 'undoing', outcome: { code: CANCELLED, text } }, ports, signal);
}
