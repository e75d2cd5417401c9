import type { Node } from '../../model/node.ts';
import type { RemoveOperation } from '../../model/operation.ts';
import type { EvictionOutcome } from '../../model/outcome.ts';
import { podGuard } from '../../model/pod-guard.ts';
import { needsEviction, type Pod, podRef } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import { PortError } from '../../ports.ts';
import type { ActContext } from '../core/act-ports.ts';
import { moveOn, type Progress, standBy, waitUntil } from '../core/progress.ts';
import { isGoing } from '../core/terminate-instance.ts';
import {
  drainResult,
  insistent,
  isTakenBack,
  lastsUntilMs,
  obstacleOfHold,
  obstacleOfTakenBack,
} from './interrupted-drain.ts';

/** Evictions asked for at the same time on one node. */
const EVICTIONS_AT_ONCE = 10;
/** Pauses between attempts to evict one pod while a budget or a fault holds it. */
const BLOCKED = { firstMs: 1_000, longestMs: 10_000 };
/** The same while EC2 takes the machine back: there are two minutes in all. */
const BLOCKED_IN_HASTE = { firstMs: 1_000, longestMs: 3_000 };
/** An accepted eviction shows itself as a deletion by then; otherwise it is asked for again. */
const ACCEPTED_MS = 10_000;
/** The node is looked at at least so often even if the watch is silent. */
const LOOK_MS = 5_000;

/**
 * Evicts what has to move, as far as budgets allow now, and says when the node is empty. Past the deadline, or when a pod
 * turns up that must not be moved (F49-F53), the removal turns back.
 */
export async function drainNode(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  const view = ports.cluster.view();
  const node = view.nodes.find((n) => n.name === operation.nodeName);
  if (node === undefined) return moveOn({ ...operation, step: 'terminating' }, ports, signal);
  const pods = podsLeft(operation, ports);
  if (await isMachineGoing(operation, node, ports, signal)) return end(operation, ports, signal);
  const obstacle = obstacleTo(operation, pods, ports);
  if (obstacle !== undefined) return turnBack(operation, obstacle, ports, signal);
  if (!ports.leadership.isLeader()) return standBy(operation);
  if (node.cordonedBy?.operationId !== operation.id || !node.isUnschedulable) {
    return cordonAgain(operation, ports, signal);
  }
  if (operation.isCordonOnly === true) return waitUntil(operation, operation.deadlineMs);
  if (pods.length === 0) return end(operation, ports, signal);
  const hopeless = await evictDue(operation, pods, ports, signal);
  if (hopeless !== undefined) return turnBack(operation, hopeless, ports, signal);
  return waitUntil(operation, nextLook(operation, pods, ports));
}

function end(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  const result = drainResult(operation, podsLeft(operation, ports), ports);
  return moveOn({ ...operation, ...result, step: 'terminating' }, ports, signal);
}

/** Pods on the node that a drain must move and that have not gone yet. */
export function podsLeft(operation: RemoveOperation, ports: ActContext): readonly Pod[] {
  return ports.cluster.view().pods.filter((pod) => pod.nodeName === operation.nodeName && needsEviction(pod));
}

/** A machine that is going for good takes its pods along: there is nothing left to wait for. */
async function isMachineGoing(
  operation: RemoveOperation,
  node: Node,
  ports: ActContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (node.isReady && !isTakenBack(operation)) return false;
  try {
    const instances = await ports.fleet.instances(LOOK_MS, signal);
    return instances.some((instance) => instance.id === operation.instanceId && isGoing(instance));
  } catch (error) {
    // There is no time to wait until EC2 answers again, and a ready node says by itself that its machine runs.
    if (node.isReady && error instanceof PortError) return false;
    throw error;
  }
}

/** Our mark is not seen: the watch lags behind, a person took the cordon off, or the cordon was never made before a crash. */
async function cordonAgain(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  const key = `cordon/${operation.id}`;
  const nowMs = ports.clock.monotonicMs();
  if (ports.pacer.isDue(key, nowMs)) {
    ports.pacer.pauseUntil(key, nowMs + LOOK_MS);
    const mark = { operationId: operation.id, atMs: operation.createdAtMs };
    await ports.cluster.cordon(operation.nodeName, mark, signal);
  }
  return waitUntil(operation, Math.min(lastsUntilMs(operation), ports.clock.now() + LOOK_MS));
}

function obstacleTo(operation: RemoveOperation, pods: readonly Pod[], ports: ActContext): Reason | undefined {
  if (isTakenBack(operation)) return obstacleOfTakenBack(operation, ports);
  if (operation.isCordonOnly === true) return obstacleOfHold(operation, ports);
  const guarded = protectedPod(operation, pods);
  if (guarded !== undefined) return guarded;
  const nowMs = ports.clock.now();
  return nowMs >= operation.deadlineMs ? drainTimeout(operation, pods, ports) : undefined;
}

/** A pod that no drain may touch; the plan saw none, so it came late (F52, F53). One that is going already is let go. */
function protectedPod({ nodeName }: RemoveOperation, pods: readonly Pod[]): Reason | undefined {
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
  const why = pods.map((pod) => ports.pacer.why(paceKey(pod))).find((w) => w !== undefined);
  return {
    code: 'drain-timeout',
    text: `${pods.length === 1 ? '1 pod is' : `${pods.length} pods are`} still on ${operation.nodeName} after ${seconds} s${held}${why === undefined ? '' : `: ${why}`}.`,
    facts: { pods: pods.length, seconds },
  };
}

async function turnBack(
  operation: RemoveOperation,
  outcome: Reason,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  for (const pod of podsLeft(operation, ports)) ports.pacer.forget(paceKey(pod));
  return moveOn({ ...operation, step: 'aborting', outcome }, ports, signal);
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
    .filter((pod) => pod.deletionRequestedAtMs === undefined && ports.pacer.isDue(paceKey(pod), nowMs))
    .sort((a, b) => a.priority - b.priority);
  for (let at = 0; at < due.length; at += EVICTIONS_AT_ONCE) {
    const batch = due.slice(at, at + EVICTIONS_AT_ONCE);
    const hopeless = await Promise.all(batch.map((pod) => evictOne(operation, pod, ports, signal)));
    const reason = hopeless.find((r) => r !== undefined);
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
  // Never 0: that would take the pod from the store before its containers have stopped.
  const graceSeconds = Math.max(1, Math.min(pod.graceSeconds, operation.graceLimitSeconds));
  const answer = await askEviction(pod, graceSeconds, ports, signal);
  return isTakenBack(operation)
    ? takeUp(pod, insistent(answer), BLOCKED_IN_HASTE, ports)
    : takeUp(pod, answer, BLOCKED, ports);
}

/** When the pod is looked at again, or why never. */
function takeUp(
  pod: Pod,
  outcome: EvictionOutcome,
  pauses: { readonly firstMs: number; readonly longestMs: number },
  ports: ActContext,
): Reason | undefined {
  const nowMs = ports.clock.monotonicMs();
  switch (outcome.status) {
    case 'evicted':
    case 'gone':
      ports.pacer.pauseUntil(paceKey(pod), nowMs + ACCEPTED_MS);
      return undefined;
    case 'blocked': {
      const why = `${podRef(pod)} is held by the disruption budget ${outcome.budget ?? 'that selects it'}`;
      const untilMs = ports.pacer.backOff(paceKey(pod), nowMs, { ...pauses, why });
      const askedMs = nowMs + (outcome.retryAfterMs ?? 0);
      if (askedMs > untilMs) ports.pacer.pauseUntil(paceKey(pod), askedMs, why);
      return undefined;
    }
    case 'transient':
      ports.pacer.backOff(paceKey(pod), nowMs, { ...pauses, why: outcome.message });
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

function nextLook(operation: RemoveOperation, pods: readonly Pod[], ports: ActContext): number {
  const nowMs = ports.clock.now();
  const monotonicMs = ports.clock.monotonicMs();
  const waits = pods
    .filter((pod) => pod.deletionRequestedAtMs === undefined)
    .map((pod) => ports.pacer.notBeforeMs(paceKey(pod)) - monotonicMs);
  // At least a millisecond: less is lost beside the time of day, and the same look would be taken for ever.
  return Math.min(lastsUntilMs(operation), nowMs + Math.max(1, Math.min(LOOK_MS, ...waits)));
}

function paceKey(pod: Pod): string {
  return `evict/${pod.uid}`;
}
