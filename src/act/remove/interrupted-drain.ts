import { SPOT_OVERDUE_MS } from '../../model/interruption.ts';
import type { RemoveOperation } from '../../model/operation.ts';
import type { EvictionOutcome } from '../../model/outcome.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import type { ActContext } from '../core/act-ports.ts';

/**
 * Whether EC2 reclaims the instance. Pods that are not evicted in time end with it, so no protection holds and the removal is
 * never aborted for one.
 */
export function isReclaimed({ interruption }: RemoveOperation): boolean {
  return interruption === 'spot-warning';
}

/** When the drain ends at the latest. */
export function drainDeadlineMs(operation: RemoveOperation): number {
  return operation.deadlineMs + (isReclaimed(operation) ? SPOT_OVERDUE_MS : 0);
}

/** The instance still runs long after the announced interruption: the warning is void. */
export function voidInterruption(operation: RemoveOperation, { clock }: ActContext): Reason | undefined {
  if (clock.now() < drainDeadlineMs(operation)) return undefined;
  const text = `EC2 did not interrupt ${operation.instanceId}: ${operation.nodeName} is kept.`;
  return { code: 'interruption-void', text };
}

/** A node that was only cordoned has waited for a spot warning until its deadline. */
export function expiredHold(operation: RemoveOperation, { clock }: ActContext): Reason | undefined {
  if (clock.now() < operation.deadlineMs) return undefined;
  const text = `No spot warning followed: ${operation.nodeName} takes pods again.`;
  return { code: 'hold-over', text };
}

/**
 * The eviction's outcome without its retry hint: before a reclaim there is no time to wait that long, and giving up gains
 * nothing.
 */
export function withoutRetryHint(answer: EvictionOutcome): EvictionOutcome {
  if (answer.status === 'blocked') return { ...answer, retryAfterMs: undefined };
  return answer.status === 'misconfigured' ? { status: 'transient', message: answer.message } : answer;
}

/** Summary of a drain that EC2 forced, for events and notices (R80). */
export function drainResult(
  operation: RemoveOperation,
  pods: readonly Pod[],
  { clock }: ActContext,
): { readonly outcome?: Reason } {
  if (!isReclaimed(operation)) return {};
  const seconds = Math.round((clock.now() - operation.createdAtMs) / 1000);
  const [first] = pods;
  const left =
    first === undefined
      ? 'all pods moved in time'
      : `${pods.length} of its pods ended with the instance, ${podRef(first)} first`;
  const text = `${operation.nodeName}: ${left}, ${seconds} s after the warning.`;
  return { outcome: { code: 'interrupted', text, facts: { podsLeft: pods.length, seconds } } };
}
