import { isEnding } from '../../model/instance.ts';
import { CANCELLED, type RemoveOperation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { ActContext } from '../core/act-ports.ts';
import { warn } from '../core/notice.ts';
import { transition, type Progress, park, requeueAt } from '../core/progress.ts';
import { nodesOf, TERMINATE_POLL_MS, terminateInstance } from '../core/terminate-instance.ts';
import { drainNode, remainingPods } from './drain-node.ts';
import { isReclaimed } from './interrupted-drain.ts';

/**
 * Takes the removal one step further, as far as can be done now. Safe to repeat after a crash at any point: a node is never
 * terminated before it is empty, and never left cordoned by a removal that has ended. Throws `PortError` when the ledger or the
 * world cannot be reached; the operation then keeps its step (F58).
 */
export async function advanceRemoval(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  switch (operation.step) {
    case 'intended':
      return cordon(operation, ports, signal);
    case 'draining':
      return drainNode(operation, ports, signal);
    case 'terminating':
      return terminate(operation, ports, signal);
    case 'aborting':
      return uncordon(operation, ports, signal);
    case 'removed':
    case 'aborted':
      return park(operation);
  }
}

/** Aborts the removal unless its instance is being terminated (F57); then the removal continues. */
export async function abortRemoval(
  operation: RemoveOperation,
  reasons: readonly Reason[],
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  if (operation.step !== 'intended' && operation.step !== 'draining') {
    return advanceRemoval(operation, ports, signal);
  }
  const text = reasons.map((reason) => reason.text).join(' ');
  const [only, ...others] = reasons;
  const outcome: Reason = only !== undefined && others.length === 0 ? only : { code: CANCELLED, text };
  return transition({ ...operation, step: 'aborting', outcome }, ports, signal);
}

async function cordon(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  if (operation.isRepair === true) return recheckDeadNode(operation, ports, signal);
  const nowMs = ports.clock.now();
  if (nowMs >= operation.deadlineMs && !isReclaimed(operation)) {
    const text = `The drain of ${operation.nodeName} did not begin before its deadline.`;
    return transition(
      { ...operation, step: 'aborting', outcome: { code: 'drain-timeout', text } },
      ports,
      signal,
    );
  }
  if (!ports.leadership.isLeader()) return park(operation);
  const mark = { operationId: operation.id, atMs: operation.createdAtMs };
  const answer = await ports.cluster.cordon(operation.nodeName, mark, signal);
  return transition({ ...operation, step: answer === 'gone' ? 'terminating' : 'draining' }, ports, signal);
}

/** A dead node is not drained: its kubelet does not answer, and its pods are deleted with the Node. */
async function recheckDeadNode(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  if (!hasRecovered(operation, ports))
    return transition({ ...operation, step: 'terminating' }, ports, signal);
  const text = `${operation.nodeName} is ready again: it is kept.`;
  return transition(
    { ...operation, step: 'aborting', outcome: { code: 'ready-again', text } },
    ports,
    signal,
  );
}

function hasRecovered({ nodeName }: RemoveOperation, ports: ActContext): boolean {
  return ports.cluster.view().nodes.some((node) => node.name === nodeName && node.isReady);
}

async function terminate(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  if (!ports.leadership.isLeader()) return park(operation);
  if (await hasPodsOnLivingInstance(operation, ports, signal)) {
    // Something landed after the last look (F52): the drain deals with it, under the same deadline.
    return transition({ ...operation, step: 'draining' }, ports, signal);
  }
  if ((await terminateInstance(operation.instanceId, ports, signal)) === 'waiting') {
    return requeueAt(operation, ports.clock.now() + TERMINATE_POLL_MS);
  }
  const nodes = nodesOf(operation.instanceId, ports.cluster.view().nodes);
  const node = nodes.find((n) => n.name === operation.nodeName);
  if (node !== undefined && nodes.length === 1) {
    if (!ports.leadership.isLeader()) return park(operation);
    await ports.cluster.deleteNode(node.name, node.uid, signal);
  }
  return transition({ ...operation, step: 'removed', endedAtMs: ports.clock.now() }, ports, signal);
}

async function hasPodsOnLivingInstance(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (remainingPods(operation, ports).length === 0) return false;
  if (operation.isRepair === true && !hasRecovered(operation, ports)) return false;
  const { instances } = await ports.instances.list({ maxAgeMs: TERMINATE_POLL_MS / 2, signal });
  const instance = instances.find((i) => i.id === operation.instanceId);
  return instance !== undefined && !isEnding(instance);
}

async function uncordon(
  operation: RemoveOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<RemoveOperation>> {
  if (!ports.leadership.isLeader()) return park(operation);
  await ports.cluster.uncordon(operation.nodeName, operation.id, signal);
  const outcome = operation.outcome ?? {
    code: 'aborted',
    text: `The removal of ${operation.nodeName} ended.`,
  };
  warn(operation, outcome, ports, { kind: 'node', name: operation.nodeName });
  return transition({ ...operation, outcome, step: 'aborted', endedAtMs: ports.clock.now() }, ports, signal);
}
