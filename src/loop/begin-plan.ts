import { beginOperation } from '../act/begin-operation.ts';
import type { ActContext } from '../act/core/act-ports.ts';
import { persist } from '../act/core/progress.ts';
import type { OperationRunner } from '../act/operation-runner.ts';
import type { Operation } from '../model/operation.ts';
import type { AbortAction, Action, LaunchAction, Plan, RemoveAction } from '../model/plan.ts';

/**
 * Begins what the plan asks for and what was adopted, and returns it. Intents first: an operation is in the ledger before anything
 * is done for it.
 */
export async function beginPlan(
  { plan, adopted }: { readonly plan: Plan; readonly adopted: readonly Operation[] },
  { context, runner }: { readonly context: ActContext; readonly runner: OperationRunner },
  signal: AbortSignal,
): Promise<readonly Operation[]> {
  const begun: Operation[] = [...adopted];
  for (const action of plan.actions) {
    if (isBeginning(action)) begun.push(beginOperation(action, plan, plan.decidedAtMs));
  }
  for (const operation of begun) {
    await persist(operation, context, signal);
    runner.track([operation]);
  }
  for (const action of plan.actions) {
    if (isAbort(action)) runner.abort(action.operationId, action.reasons);
    else if (action.kind === 'expedite-removal') runner.expedite(action);
  }
  return begun;
}

function isAbort(action: Action): action is AbortAction {
  return action.kind === 'abort-removal' || action.kind === 'abort-launch';
}

function isBeginning(action: Action): action is LaunchAction | RemoveAction {
  return action.kind === 'launch' || action.kind === 'remove';
}
