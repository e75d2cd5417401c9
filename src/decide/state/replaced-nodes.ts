import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import { hasEnded, type LaunchOperation, type Operation } from '../../model/operation.ts';
import type { DecisionContext } from './decision-context.ts';
import { launchesIn } from './operation-lists.ts';

/** How long after a replacement is ready its predecessor may still go on its account. */
const CLAIM_TTL_MS = 3_600_000;

/**
 * Nodes that may go because what replaces them is ready: every launch that the same decision made for them, within the last
 * hour. Where one of several came to nothing, none goes: the pods of all were meant to move to all.
 */
export function replacedNodes({ snapshot, nowMs }: DecisionContext): ReadonlySet<string> {
  const ready = plansOf(snapshot.operations).filter((launches) =>
    launches.every(
      ({ step, endedAtMs }) => step === 'ready' && nowMs - Math.min(endedAtMs ?? nowMs, nowMs) < CLAIM_TTL_MS,
    ),
  );
  return presentOf(ready, snapshot.nodes);
}

/**
 * Nodes whose replacement came to nothing within the last `retryAfterSeconds`: a launch failed, the drain was given up, or the
 * node could not go within its hour.
 */
export function failedReplacements({ snapshot, policy, nowMs }: DecisionContext): ReadonlySet<string> {
  const sinceMs = nowMs - policy.consolidation.retryAfterSeconds * 1_000;
  const isRecent = (operation: Operation) => (operation.endedAtMs ?? operation.createdAtMs) > sinceMs;
  const names = new Set<string>();
  for (const launches of plansOf(snapshot.operations)) {
    const isOver = (launch: LaunchOperation) =>
      launch.step === 'failed' || nowMs - (launch.endedAtMs ?? nowMs) >= CLAIM_TTL_MS;
    if (!launches.some((launch) => isRecent(launch) && isOver(launch))) continue;
    for (const name of launches.flatMap(({ consolidates = [] }) => consolidates)) names.add(name);
  }
  for (const operation of snapshot.operations) {
    const isAborted = operation.kind === 'remove' && operation.step === 'aborted';
    if (isAborted && isRecent(operation) && operation.reasons.some(({ code }) => code === 'replaced')) {
      names.add(operation.nodeName);
    }
  }
  return names;
}

/** Whether a replacement is under way, from the launch of the new to the end of the old. */
export function isReplacing({ snapshot }: DecisionContext): boolean {
  return plansOf(snapshot.operations).some((launches) => launches.some((launch) => !hasEnded(launch)));
}

/** The launches with a predecessor, those of one decision together. */
const plansOf = memoizeByIdentity(
  (operations: readonly Operation[]): readonly (readonly LaunchOperation[])[] => {
    const launches = launchesIn(operations).filter(({ consolidates }) => consolidates !== undefined);
    return [...Map.groupBy(launches, ({ decisionId }) => decisionId).values()];
  },
);

function presentOf(
  plans: readonly (readonly LaunchOperation[])[],
  nodes: readonly { readonly name: string }[],
): ReadonlySet<string> {
  if (plans.length === 0) return NO_NODES;
  const present = new Set(nodes.map(({ name }) => name));
  const names = plans.flatMap((launches) => launches.flatMap(({ consolidates = [] }) => consolidates));
  return new Set(names.filter((name) => present.has(name)));
}

const NO_NODES: ReadonlySet<string> = new Set();
