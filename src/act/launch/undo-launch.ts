import { instanceOf, type LaunchOperation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { ActContext } from '../core/act-ports.ts';
import { warn } from '../core/notice.ts';
import { moveOn, type Progress, standBy, waitUntil } from '../core/progress.ts';
import { nodesOf, TERMINATE_POLL_MS, terminateInstance } from '../core/terminate-instance.ts';

/** So long after the last call an instance that nobody named may still turn up in EC2's list (F23). */
const APPEARS_WITHIN_MS = 60_000;

/** The launch cannot end well, and people are told why: from the next step on it is undone. */
export function beginUndo(
  operation: LaunchOperation,
  outcome: Reason,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (!ports.leadership.isLeader()) return Promise.resolve(standBy(operation));
  warn(operation, outcome, ports);
  return moveOn({ ...operation, step: 'undoing', outcome }, ports, signal);
}

/** Terminates what the launch made, takes its node away should it have joined (F37), and ends as failed. */
export async function undoLaunch(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (!ports.leadership.isLeader()) return standBy(operation);
  const instanceId = operation.instanceId ?? (await findInstance(operation, ports, signal));
  if (instanceId === undefined) return waitForInstance(operation, ports, signal);
  if ((await terminateInstance(instanceId, ports, signal)) === 'waiting') {
    return waitUntil(operation, ports.clock.now() + TERMINATE_POLL_MS);
  }
  const [node, another] = nodesOf(instanceId, ports.cluster.view().nodes);
  if (node !== undefined && another === undefined) {
    if (!ports.leadership.isLeader()) return standBy(operation);
    await ports.cluster.deleteNode(node.name, node.uid, signal);
  }
  return fail(operation, ports, signal);
}

async function findInstance(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  return instanceOf(operation, await ports.fleet.instances(TERMINATE_POLL_MS / 2, signal))?.id;
}

async function waitForInstance(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  const lastCallMs = operation.faults.at(-1)?.atMs ?? operation.createdAtMs;
  const untilMs = lastCallMs + APPEARS_WITHIN_MS;
  const nowMs = ports.clock.now();
  if (nowMs >= untilMs) return fail(operation, ports, signal);
  return waitUntil(operation, Math.min(untilMs, nowMs + 5 * TERMINATE_POLL_MS));
}

function fail(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  return moveOn({ ...operation, step: 'failed', endedAtMs: ports.clock.now() }, ports, signal);
}
