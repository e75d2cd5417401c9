import type { Operation } from '../model/operation.ts';
import type { LaunchAction, Plan, RemoveAction } from '../model/plan.ts';

/** The operation that carries out an action, in its first step. It must be in the ledger before anything is done for it. */
export function beginOperation(action: LaunchAction | RemoveAction, plan: Plan, nowMs: number): Operation {
  const { decisionId, policy } = plan;
  if (action.kind === 'remove') {
    const { operationId: id, ...intent } = action;
    return { ...intent, id, decisionId, policy, createdAtMs: nowMs, step: 'intended' };
  }
  const { operationId: id, ...intent } = action;
  const begun = { ...intent, id, decisionId, policy, createdAtMs: nowMs, attempt: 1, faults: [] };
  const instanceId = intent.starts?.instanceId;
  return { ...begun, step: 'intended', ...(instanceId !== undefined && { instanceId }) };
}
