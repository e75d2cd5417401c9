import { instanceOf, type LaunchOperation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { ActContext } from '../core/act-ports.ts';
import { warn } from '../core/notice.ts';
import { transition, type Progress, park, requeueAt } from '../core/progress.ts';
import { nodesOf, TERMINATE_POLL_MS, terminateInstance } from '../core/terminate-instance.ts';

/** An instance of a call without an answer may appear in EC2's list up to this long after the last call (F23). */
const VISIBLE_WITHIN_MS = 60_000;

/** The launch has failed: reports why and rolls it back from the next step on. */
export function beginRollback(
  operation: LaunchOperation,
  outcome: Reason,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (!ports.leadership.isLeader()) return Promise.resolve(park(operation));
  warn(operation, outcome, ports);
  return transition({ ...operation, step: 'undoing', outcome }, ports, signal);
}

/** Terminates what the launch made, takes its node away should it have joined (F37), and ends as failed. */
export async function rollBackLaunch(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (!ports.leadership.isLeader()) return park(operation);
  if (operation.instanceId === undefined) return findInstance(operation, ports, signal);
  return endInstance(operation, operation.instanceId, ports, signal);
}

/** No answer named the instance, if there is one: EC2's list does, for a while after the last call. */
async function findInstance(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  const listing = await ports.instances.list({ maxAgeMs: TERMINATE_POLL_MS / 2, signal });
  const instance = instanceOf(operation, listing.instances);
  if (instance !== undefined) return endInstance(operation, instance.id, ports, signal);
  const lastCallMs = operation.faults.at(-1)?.atMs ?? operation.createdAtMs;
  const untilMs = lastCallMs + VISIBLE_WITHIN_MS;
  const nowMs = ports.clock.now();
  const nextMs = nowMs + 5 * TERMINATE_POLL_MS;
  // What a doubted list lacks may be there all the same.
  if (listing.doubt !== undefined) return requeueAt(operation, nextMs);
  if (nowMs >= untilMs) return fail(operation, ports, signal);
  return requeueAt(operation, Math.min(untilMs, nextMs));
}

async function endInstance(
  operation: LaunchOperation,
  instanceId: string,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if ((await terminateInstance(instanceId, ports, signal)) === 'waiting') {
    return requeueAt(operation, ports.clock.now() + TERMINATE_POLL_MS);
  }
  const [node, another] = nodesOf(instanceId, ports.cluster.view().nodes);
  if (node !== undefined && another === undefined) {
    if (!ports.leadership.isLeader()) return park(operation);
    await ports.cluster.deleteNode(node.name, node.uid, signal);
  }
  return fail(operation, ports, signal);
}

function fail(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  return transition({ ...operation, step: 'failed', endedAtMs: ports.clock.now() }, ports, signal);
}
