import type { LaunchOperation, Operation, RemoveOperation } from '../model/operation.ts';
import type { LaunchAction, Plan, RemoveAction } from '../model/plan.ts';

/** The operation that carries out an action, in its first step. It must be in the ledger before anything is done for it. */
export function beginOperation(action: LaunchAction | RemoveAction, plan: Plan, nowMs: number): Operation {
  const base = {
    id: action.operationId,
    decisionId: plan.decisionId,
    policy: plan.policy,
    reasons: action.reasons,
    createdAtMs: nowMs,
    deadlineMs: action.deadlineMs,
  };
  return action.kind === 'launch'
    ? ({
        ...base,
        kind: 'launch',
        step: 'intended',
        offerings: action.offerings,
        attempt: 1,
        faults: [],
        nominatedPods: action.nominatedPods,
        startsCooldown: action.startsCooldown,
        ...(action.replaces !== undefined && { replaces: action.replaces }),
        ...(action.forPool === true && { forPool: true }),
        ...(action.starts !== undefined && { starts: action.starts, instanceId: action.starts.instanceId }),
        ...(action.consolidates !== undefined && { consolidates: action.consolidates }),
      } satisfies LaunchOperation)
    : ({
        ...base,
        kind: 'remove',
        step: 'intended',
        nodeName: action.nodeName,
        instanceId: action.instanceId,
        graceLimitSeconds: action.graceLimitSeconds,
        ...(action.isRepair === true && { isRepair: true as const }),
        ...(action.interruption !== undefined && { interruption: action.interruption }),
        ...(action.isCordonOnly === true && { isCordonOnly: true as const }),
        ...(action.fromPool === true && { fromPool: true as const }),
      } satisfies RemoveOperation);
}
