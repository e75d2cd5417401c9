import { type Instance, isAlive, isEnding } from '../../model/instance.ts';
import { isAdmitted, type Node } from '../../model/node.ts';
import type { LaunchOperation } from '../../model/operation.ts';
import { needsEviction } from '../../model/pod.ts';
import type { Reason } from '../../model/reason.ts';
import type { ActContext } from '../core/act-ports.ts';
import { notify } from '../core/notice.ts';
import { transition, type Progress, park, requeueAt } from '../core/progress.ts';
import { nodesOf } from '../core/terminate-instance.ts';
import { beginRollback } from './roll-back-launch.ts';

/** How often EC2 is asked whether the machine has stopped; its node's silence announces itself through the watch. */
const STOP_POLL_MS = 5_000;
/** How often the stop is asked for again while EC2 still shows the machine running. */
const STOP_REPEAT_MS = 15_000;
/** EC2 stops most machines within a minute, and the node turns NotReady 40 s after that. */
const STOP_WITHIN_MS = 300_000;

/** The machine has joined: it is to be stopped. Its node keeps the startup taint, so that no pod comes before it is a worker. */
export function beginStopping(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  const deadlineMs = Math.max(operation.deadlineMs, ports.clock.now() + STOP_WITHIN_MS);
  return transition({ ...operation, step: 'stopping', deadlineMs }, ports, signal);
}

/**
 * Stops the machine, and ends once EC2 shows it stopped and its node is NotReady: only then does a Ready node say that a later
 * start has succeeded. Past the deadline, or when machine or node are lost, the launch is undone.
 */
export async function stopIntoPool(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  const [node] = nodesOf(operation.instanceId, ports.cluster.view().nodes);
  const { instances } = await ports.instances.list({ maxAgeMs: STOP_POLL_MS / 2, signal });
  const instance = instances.find(({ id }) => id === operation.instanceId);
  const nowMs = ports.clock.now();
  if (instance?.state === 'stopped' && node?.isReady === false) {
    return transition({ ...operation, step: 'pooled', endedAtMs: nowMs }, ports, signal);
  }
  const obstacle = stopObstacle(operation, { node, instance, nowMs });
  if (obstacle !== undefined) return beginRollback(operation, obstacle, ports, signal);
  if (node !== undefined && isInUse(node, ports)) return keepAsWorker(operation, node, ports, signal);
  if (instance !== undefined && isAlive(instance)) await requestStop(instance.id, ports, signal);
  return requeueAt(operation, Math.min(operation.deadlineMs, nowMs + STOP_POLL_MS));
}

/** Whether stopping the instance could end pods: its startup taint was removed manually. */
export function isInUse(node: Node, ports: ActContext): boolean {
  const isHeld = !isAdmitted(node);
  return !isHeld || ports.cluster.view().pods.some((pod) => pod.nodeName === node.name && needsEviction(pod));
}

/** A machine that pods run on is a worker, whatever it was bought for. */
export async function keepAsWorker(
  operation: LaunchOperation,
  node: Node,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (!ports.leadership.isLeader()) return park(operation);
  await ports.cluster.admitNode(node.name, signal);
  const text = `Node ${node.name} was bought for the warm pool and has pods already: it stays as a worker.`;
  const reason: Reason = { code: 'warm-node-in-use', text };
  notify('info', { operation, reason, subject: { kind: 'node', name: node.name } }, ports);
  return transition({ ...operation, step: 'ready', endedAtMs: ports.clock.now() }, ports, signal);
}

async function requestStop(instanceId: string, ports: ActContext, signal: AbortSignal): Promise<void> {
  const key = `stop/${instanceId}`;
  const nowMs = ports.clock.monotonicMs();
  if (!ports.retrySchedule.isDue(key, nowMs) || !ports.leadership.isLeader()) return;
  await ports.cloud.stop(instanceId, signal);
  ports.retrySchedule.pauseUntil(key, nowMs + STOP_REPEAT_MS);
}

function stopObstacle(
  { instanceId, deadlineMs }: LaunchOperation,
  seen: { readonly node: Node | undefined; readonly instance: Instance | undefined; readonly nowMs: number },
): Reason | undefined {
  if (seen.instance !== undefined && isEnding(seen.instance)) {
    const text = `Instance ${instanceId} was terminated before it was in the warm pool.`;
    return { code: 'instance-lost', text };
  }
  if (seen.node === undefined) {
    const text = `The node of ${instanceId} was deleted: without it the machine could not join again.`;
    return { code: 'node-lost', text };
  }
  if (seen.nowMs < deadlineMs) return undefined;
  const text = `Instance ${instanceId} was not stopped in time: EC2 shows it ${seen.instance?.state ?? 'not at all'}.`;
  return { code: 'stop-timeout', text };
}
