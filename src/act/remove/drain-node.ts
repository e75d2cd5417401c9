import { isEnding } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import type { RemoveOperation } from '../../model/operation.ts';
import type { EvictionOutcome } from '../../model/outcome.ts';
import { podGuard } from '../../model/pod-guard.ts';
import { movesBySurge, needsEviction, type Pod, podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import { PortError } from '../../ports.ts';
import type { ActContext } from '../core/act-ports.ts';
import { transition, type Progress, park, requeueAt } from '../core/progress.ts';
import {
  drainResult,
  withoutRetryHint,
  isReclaimed,
  drainDeadlineMs,
  expiredHold,
  voidInterruption,
} from './interrupted-drain.ts';
import { surgePod } from './surge-pod.ts';

/** Evictions asked for at the same time on one node. */
const EVICTIONS_AT_ONCE = 10;
/** Pauses between attempts to evict one pod while a budget or a fault holds it. */
const BLOCKED = { firstMs: 1_000, maxMs: 10_000 };
/** The same while EC2 takes the machine back: there are two minutes in all. */
const BLOCKED_WHEN_EXPEDITED = { firstMs: 1_000, maxMs: 3_000 };
/** An accepted eviction shows itself as a deletion by then; otherwise it is asked for again. */
const EVICTION_ACCEPTED_MS = 10_000;
/** The node is looked at at least so often even if the watch is silent. */
const POLL_MS = 5_000;

/**
 * Evicts the pods that must move, as far as disruption budgets allow now, until the node is empty. After the deadline, or when a
 * pod appears that must not be evicted (F49-F53), the removal is aborted.
 */
export async function drainNode(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  const view = ports.cluster.view();
  const node = view.nodes.find((n) => n.name === operation.nodeName);
  if (node === undefined) return transition({ ...operation, step: 'terminating' }, ports, signal);
  const pods = remainingPods(operation, ports);
  if (await isMachineTerminating(operation, node, ports, signal))
    return finishDrain(operation, ports, signal);
  const obstacle = drainObstacle(operation, pods, ports);
  if (obstacle !== undefined) return abortDrain(operation, obstacle, ports, signal);
  if (!ports.leadership.isLeader()) return park(operation);
  if (!isCordonedFor(operation, node)) return cordonAgain(operation, ports, signal);
  if (operation.isCordonOnly === true) return requeueAt(operation, operation.deadlineMs);
  if (pods.length === 0) return finishDrain(operation, ports, signal);
  const timedOut = await evictDue(operation, pods, ports, signal);
  if (timedOut !== undefined) return abortDrain(operation, timedOut, ports, signal);
  return requeueAt(operation, nextPoll(operation, pods, ports));
}

function finishDrain(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  const result = drainResult(operation, remainingPods(operation, ports), ports);
  return transition({ ...operation, ...result, step: 'terminating' }, ports, signal);
}

/** Pods on the node that the drain has still to evict. */
export function remainingPods(operation: RemoveOperation, ports: ActContext): readonly Pod[] {
  return ports.cluster.view().pods.filter((pod) => pod.nodeName === operation.nodeName && needsEviction(pod));
}

/** A terminating instance ends its pods with it: there is nothing left to wait for. */
async function isMachineTerminating(
  operation: RemoveOperation,
  node: Node,
  ports: ActContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (node.isReady && !isReclaimed(operation)) return false;
  try {
    const { instances } = await ports.instances.list({ maxAgeMs: POLL_MS, signal });
    return instances.some((instance) => instance.id === operation.instanceId && isEnding(instance));
  } catch (error) {
    // There is no time to wait until EC2 answers again, and a ready node says by itself that its machine runs.
    if (node.isReady && error instanceof PortError) return false;
    throw error;
  }
}

/** Whether no new pods come: the node carries our mark, or a person cordoned it, which gives it no mark of ours. */
function isCordonedFor(operation: RemoveOperation, { isUnschedulable, cordonedBy }: Node): boolean {
  return isUnschedulable && (cordonedBy === undefined || cordonedBy.operationId === operation.id);
}

/** The cordon is not seen: the watch lags behind, a person took it off, or it was never made before a crash. */
async function cordonAgain(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  const key = `cordon/${operation.id}`;
  const nowMs = ports.clock.monotonicMs();
  if (ports.retrySchedule.isDue(key, nowMs)) {
    ports.retrySchedule.pauseUntil(key, nowMs + POLL_MS);
    const mark = { operationId: operation.id, atMs: operation.createdAtMs };
    await ports.cluster.cordon(operation.nodeName, mark, signal);
  }
  return requeueAt(operation, Math.min(drainDeadlineMs(operation), ports.clock.now() + POLL_MS));
}

function drainObstacle(
  operation: RemoveOperation,
  pods: readonly Pod[],
  ports: ActContext,
): Reason | undefined {
  if (isReclaimed(operation)) return voidInterruption(operation, ports);
  if (operation.isCordonOnly === true) return expiredHold(operation, ports);
  const guarded = protectedPodObstacle(operation, pods);
  if (guarded !== undefined) return guarded;
  const nowMs = ports.clock.now();
  return nowMs >= operation.deadlineMs ? drainTimeout(operation, pods, ports) : undefined;
}

/** A protected pod; the plan saw none, so it was bound afterwards (F52, F53). Pods that are terminating already are ignored. */
function protectedPodObstacle({ nodeName }: RemoveOperation, pods: readonly Pod[]): Reason | undefined {
  for (const pod of pods) {
    const guard = pod.deletionRequestedAtMs === undefined ? podGuard(pod) : undefined;
    if (guard === undefined) continue;
    const text = `Pod ${podRef(pod)} on ${nodeName} must not be moved: ${guard.why}.`;
    return { code: 'protected-pod', text, facts: { pod: podRef(pod) } };
  }
  return undefined;
}

function drainTimeout(operation: RemoveOperation, pods: readonly Pod[], ports: ActContext): Reason {
  // A removal that was taken up again is younger than the drain: the node's mark knows when it began.
  const node = ports.cluster.view().nodes.find((n) => n.name === operation.nodeName);
  const sinceMs = Math.min(operation.createdAtMs, node?.cordonedBy?.atMs ?? operation.createdAtMs);
  const seconds = Math.round((ports.clock.now() - sinceMs) / 1_000);
  const [first] = pods;
  const held = first === undefined ? '' : `, first of them ${podRef(first)}`;
  const why = pods.map((pod) => ports.retrySchedule.why(retryKey(pod))).find((w) => w !== undefined);
  return {
    code: 'drain-timeout',
    text: `${pods.length === 1 ? '1 pod is' : `${pods.length} pods are`} still on ${operation.nodeName} after ${seconds} s${held}${why === undefined ? '' : `: ${why}`}.`,
    facts: { pods: pods.length, seconds },
  };
}

async function abortDrain(
  operation: RemoveOperation,
  outcome: Reason,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  for (const pod of remainingPods(operation, ports)) ports.retrySchedule.forget(retryKey(pod));
  return transition({ ...operation, step: 'aborting', outcome }, ports, signal);
}

/** Asks for every eviction whose time has come; the answer is a reason only when waiting can never help. */
async function evictDue(
  operation: RemoveOperation,
  pods: readonly Pod[],
  ports: ActContext,
  signal: AbortSignal,
): Promise<Reason | undefined> {
  const nowMs = ports.clock.monotonicMs();
  const due = pods
    .filter(
      (pod) => pod.deletionRequestedAtMs === undefined && ports.retrySchedule.isDue(retryKey(pod), nowMs),
    )
    .sort((a, b) => a.priority - b.priority);
  for (let at = 0; at < due.length; at += EVICTIONS_AT_ONCE) {
    const batch = due.slice(at, at + EVICTIONS_AT_ONCE);
    const timedOut = await Promise.all(batch.map((pod) => evictOne(operation, pod, ports, signal)));
    const reason = timedOut.find((r) => r !== undefined);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

async function evictOne(
  operation: RemoveOperation,
  pod: Pod,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Reason | undefined> {
  if (!ports.leadership.isLeader() || signal.aborted) return undefined;
  // A machine that EC2 takes back is gone before a new pod is sure to be ready.
  if (movesBySurge(pod) && !isReclaimed(operation))
    return surgePod(operation, pod, { key: retryKey(pod), ...BLOCKED }, { ports, signal });
  // Never 0: that would take the pod from the store before its containers have stopped.
  const graceSeconds = Math.max(1, Math.min(pod.graceSeconds, operation.graceLimitSeconds));
  const answer = await askEviction(pod, graceSeconds, ports, signal);
  return isReclaimed(operation)
    ? applyEvictionOutcome(pod, withoutRetryHint(answer), BLOCKED_WHEN_EXPEDITED, ports)
    : applyEvictionOutcome(pod, answer, BLOCKED, ports);
}

/** When the pod is looked at again, or why never. */
function applyEvictionOutcome(
  pod: Pod,
  outcome: EvictionOutcome,
  pauses: { readonly firstMs: number; readonly maxMs: number },
  ports: ActContext,
): Reason | undefined {
  const nowMs = ports.clock.monotonicMs();
  switch (outcome.status) {
    case 'evicted':
    case 'gone':
      ports.retrySchedule.pauseUntil(retryKey(pod), nowMs + EVICTION_ACCEPTED_MS);
      return undefined;
    case 'blocked': {
      const why = `${podRef(pod)} is held by the disruption budget ${outcome.budget ?? 'that selects it'}`;
      const untilMs = ports.retrySchedule.backOff(retryKey(pod), nowMs, { ...pauses, why });
      const askedMs = nowMs + (outcome.retryAfterMs ?? 0);
      if (askedMs > untilMs) ports.retrySchedule.pauseUntil(retryKey(pod), askedMs, why);
      return undefined;
    }
    case 'transient':
      ports.retrySchedule.backOff(retryKey(pod), nowMs, { ...pauses, why: outcome.message });
      return undefined;
    case 'misconfigured':
      return {
        code: 'budget-misconfigured',
        text: `Pod ${podRef(pod)} can never be evicted: ${outcome.message}. Let one disruption budget select it.`,
        facts: { pod: podRef(pod) },
      };
  }
}

async function askEviction(
  pod: Pod,
  graceSeconds: number,
  ports: ActContext,
  signal: AbortSignal,
): Promise<EvictionOutcome> {
  try {
    return await ports.cluster.evict(pod, graceSeconds, signal);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { status: 'transient', message: error.message };
  }
}

function nextPoll(operation: RemoveOperation, pods: readonly Pod[], ports: ActContext): number {
  const nowMs = ports.clock.now();
  const monotonicMs = ports.clock.monotonicMs();
  const waits = pods
    .filter((pod) => pod.deletionRequestedAtMs === undefined)
    .map((pod) => ports.retrySchedule.notBeforeMs(retryKey(pod)) - monotonicMs);
  // At least a millisecond: less is lost beside the time of day, and the same look would be taken for ever.
  return Math.min(drainDeadlineMs(operation), nowMs + Math.max(1, Math.min(POLL_MS, ...waits)));
}

function retryKey(pod: Pod): string {
  return `evict/${pod.uid}`;
}
