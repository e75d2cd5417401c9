import { decisionIdOf } from '../decide/text/ids.ts';
import type { Operation } from '../model/operation.ts';
import type { PolicyInForce } from '../policy/policy-in-force.ts';

/** What adopted operations are given of the policy in force. */
export function recoveryContextOf({ policy, identity }: PolicyInForce, nowMs: number) {
  return {
    decisionId: decisionIdOf(nowMs, identity),
    policy: identity,
    nowMs,
    joinTimeoutMs: policy.launch.joinTimeoutSeconds * 1000,
    drainTimeoutMs: policy.shrink.drainTimeoutSeconds * 1000,
    graceLimitSeconds: policy.shrink.graceLimitSeconds,
  };
}

/** What may be adopted now: a suspended policy changes nothing, but a node that we cordoned is uncordoned. */
export function adoptable(found: readonly Operation[], { policy }: PolicyInForce): readonly Operation[] {
  return policy.suspend ? found.filter(isDrain) : found;
}

/** The list with these operations in place of those of the same id; the same list where there are none. */
export function withAdopted(
  operations: readonly Operation[],
  adopted: readonly Operation[],
): readonly Operation[] {
  if (adopted.length === 0) return operations;
  const ids = new Set(adopted.map((operation) => operation.id));
  return [...operations.filter((operation) => !ids.has(operation.id)), ...adopted];
}

/** The list without untracked intents. The same list where there are none: what was read from it once need not be read again. */
export function withoutUntracked(
  operations: readonly Operation[],
  untracked: readonly Operation[],
): readonly Operation[] {
  return untracked.length === 0
    ? operations
    : operations.filter((operation) => !untracked.includes(operation));
}

function isDrain({ step }: Operation): boolean {
  return step === 'draining' || step === 'aborting';
}
