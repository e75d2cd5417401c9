import { SPOT_PATIENCE_MS } from '../../model/interruption.ts';
import type { RemoveOperation } from '../../model/operation.ts';
import type { EvictionOutcome } from '../../model/outcome.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import type { ActContext } from '../core/act-ports.ts';

/** Whether EC2 takes the machine back: what is not evicted goes with it, so nothing protects a pod and nothing turns back. */
export function isTakenBack({ interruption }: RemoveOperation): boolean {
  return interruption === 'spot-warning';
}

/** When the drain has to come to an end by itself. */
export function lastsUntilMs(operation: RemoveOperation): number {
  return operation.deadlineMs + (isTakenBack(operation) ? SPOT_PATIENCE_MS : 0);
}

/** The machine is still there long after EC2 would take it: the warning is void. */
export function obstacleOfTakenBack(operation: RemoveOperation, { clock }: ActContext): Reason | undefined {
  if (clock.now() < lastsUntilMs(operation)) return undefined;
  const text = `EC2 did not take ${operation.instanceId} back: ${operation.nodeName} stays.`;
  return { code: 'interruption-void', text };
}

/** A node that was only cordoned has waited long enough for a warning. */
export function obstacleOfHold(operation: RemoveOperation, { clock }: ActContext): Reason | undefined {
  if (clock.now() < operation.deadlineMs) return undefined;
  const text = `No spot warning followed: ${operation.nodeName} takes pods again.`;
  return { code: 'hold-over', text };
}

/** The answer to an eviction where there is no time to wait as long as one is told, and no use in giving up. */
export function insistent(answer: EvictionOutcome): EvictionOutcome {
  if (answer.status === 'blocked') return { ...answer, retryAfterMs: undefined };
  return answer.status === 'misconfigured' ? { status: 'transient', message: answer.message } : answer;
}

/** What became of a drain that EC2 forced, for people (R80). */
export function drainResult(
  operation: RemoveOperation,
  pods: readonly Pod[],
  { clock }: ActContext,
): { readonly outcome?: Reason } {
  if (!isTakenBack(operation)) return {};
  const seconds = Math.round((clock.now() - operation.createdAtMs) / 1000);
  const [first] = pods;
  const left =
    first === undefined
      ? 'all pods moved in time'
      : `${pods.length} of its pods went with the machine, ${podRef(first)} first`;
  const text = `${operation.nodeName}: ${left}, ${seconds} s after the warning.`;
  return { outcome: { code: 'interrupted', text, facts: { podsLeft: pods.length, seconds } } };
}
