import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { Operation } from '../../model/operation.ts';
import type { PolicyIdentity } from '../../model/policy-identity.ts';

/** Names a round: its time and the policy it obeyed, so the same round has the same name wherever it is computed. */
export function decisionIdOf(nowMs: number, identity: PolicyIdentity): string {
  const known = lastIds.get(identity);
  if (known?.nowMs === nowMs) return known.id;
  const digest = identity.digest.slice(identity.digest.indexOf(':') + 1);
  const id = `d-${Math.trunc(nowMs).toString(36)}-${digest.slice(0, 8)}`;
  lastIds.set(identity, { nowMs, id });
  return id;
}

/** A round asks for its name more than once. */
const lastIds = new WeakMap<PolicyIdentity, { readonly nowMs: number; readonly id: string }>();

/** Deals out operation ids of a decision, `<decision>-1` and on, skipping those that the ledger knows. */
export function operationIds(decisionId: string, operations: readonly Operation[]): () => string {
  let last = 0;
  return () => {
    do last += 1;
    while (idsOf(operations).has(`${decisionId}-${last}`));
    return `${decisionId}-${last}`;
  };
}

const idsOf = memoizeByIdentity(
  (operations: readonly Operation[]): ReadonlySet<string> => new Set(operations.map(({ id }) => id)),
);
