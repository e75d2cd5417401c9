import { type Instance, isEnding } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import { type LaunchOperation, startedBy } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import { PortError } from '../../ports.ts';
import type { ActContext } from '../core/act-ports.ts';
import { warn } from '../core/notice.ts';
import { transition, type Progress, park, requeueAt } from '../core/progress.ts';
import { nodesOf } from '../core/terminate-instance.ts';
import { beginRollback } from './roll-back-launch.ts';
import { beginStopping, isInUse, keepAsWorker } from './stop-into-pool.ts';

/** How often EC2 is asked whether a booting instance still lives; its node announces itself through the watch. */
const BOOT_POLL_MS = 10_000;
/** By then EC2's list shows a started instance as one that boots (F23). */
const STARTS_WITHIN_MS = 30_000;
/** How many lines of the console are reported: the last ones say why an instance did not join. */
const CONSOLE_TAIL = 1_000;

/** Waits for the instance's node, verifies and admits it; past the deadline, or when the instance is lost, undoes the launch. */
export async function awaitJoin(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  const nowMs = ports.clock.now();
  const nodes = nodesOf(operation.instanceId, ports.cluster.view().nodes);
  const [node] = nodes;
  if (node !== undefined) {
    const wrong = mismatch(operation, node);
    if (wrong !== undefined) return beginRollback(operation, wrong, ports, signal);
  }
  if (node?.isReady === true && nodes.length === 1 && isLabelled(node)) {
    if (operation.forPool === true) {
      return isInUse(node, ports)
        ? keepAsWorker(operation, node, ports, signal)
        : beginStopping(operation, ports, signal);
    }
    return admitNode(operation, node, ports, signal);
  }
  if (nowMs >= operation.deadlineMs) return giveUpOnJoin(operation, nodes, ports, signal);
  const loss = await instanceLoss(operation, ports, signal);
  if (loss !== undefined) return beginRollback(operation, loss, ports, signal);
  return requeueAt(operation, Math.min(operation.deadlineMs, nowMs + BOOT_POLL_MS));
}

async function admitNode(
  operation: LaunchOperation,
  node: Node,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (!ports.leadership.isLeader()) return park(operation);
  if ((await ports.cluster.admitNode(node.name, signal)) === 'gone') {
    return requeueAt(operation, Math.min(operation.deadlineMs, ports.clock.now() + BOOT_POLL_MS));
  }
  const { allocatable } = node;
  const seen = allocatable.memoryMiB > 0 ? { allocatable } : {};
  return transition({ ...operation, step: 'ready', endedAtMs: ports.clock.now(), ...seen }, ports, signal);
}

function isLabelled(node: Node): boolean {
  return node.zone !== undefined && node.type !== undefined;
}

/** A node that claims to be something else than what was bought is never given pods (F39). */
function mismatch(operation: LaunchOperation, node: Node): Reason | undefined {
  const { type, zone } = parseOfferingKey(operation.offering) ?? {};
  const wrongType = type !== undefined && node.type !== undefined && node.type !== type;
  const wrongZone = zone !== undefined && node.zone !== undefined && node.zone !== zone;
  if (!wrongType && !wrongZone) return undefined;
  const claims = `${node.type ?? 'no type'} in ${node.zone ?? 'no zone'}`;
  return {
    code: 'node-mismatch',
    text: `Node ${node.name} says it is ${claims}, but ${type} in ${zone} was bought: check its labels in the user data.`,
  };
}

async function giveUpOnJoin(
  operation: LaunchOperation,
  nodes: readonly Node[],
  ports: ActContext,
  signal: AbortSignal,
): Promise<Progress<LaunchOperation>> {
  if (!ports.leadership.isLeader()) return park(operation);
  const seconds = Math.round((ports.clock.now() - (operation.launchedAtMs ?? operation.createdAtMs)) / 1_000);
  const [node] = nodes;
  const state =
    node === undefined ? 'did not join' : nodes.length > 1 ? 'joined twice' : 'joined but is not fit';
  const console = await consoleTail(operation, ports, signal);
  const facts = { seconds, instance: operation.instanceId ?? '' };
  const text = `Instance ${operation.instanceId} ${state} within ${seconds} s and is terminated. ${console}`;
  warn(operation, { code: 'join-timeout', text, facts }, ports);
  const brief = `Instance ${operation.instanceId} ${state} within ${seconds} s.`;
  return transition(
    { ...operation, step: 'undoing', outcome: { code: 'join-timeout', text: brief, facts } },
    ports,
    signal,
  );
}

/** The console is evidence only (R35): failing to read it must not delay the termination. */
async function consoleTail(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<string> {
  if (operation.instanceId === undefined) return 'It has no console output.';
  try {
    const output = await ports.cloud.consoleOutput(operation.instanceId, signal);
    if (output === undefined || output.trim() === '') return 'It has no console output.';
    return `Its console ends with: ${output.trim().slice(-CONSOLE_TAIL)}`;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return `Its console could not be read: ${error.code}.`;
  }
}

async function instanceLoss(
  operation: LaunchOperation,
  ports: ActContext,
  signal: AbortSignal,
): Promise<Reason | undefined> {
  try {
    const { instances } = await ports.instances.list({ maxAgeMs: BOOT_POLL_MS / 2, signal });
    const instance = instances.find((i) => i.id === operation.instanceId);
    if (instance === undefined) return undefined;
    if (hasRestartFailed(operation, instance, ports.clock.now())) return restartFailure(operation);
    if (!isEnding(instance)) return undefined;
  } catch (error) {
    // Not knowing is no loss: the deadline still holds.
    if (error instanceof PortError) return undefined;
    throw error;
  }
  const seconds = Math.round((ports.clock.now() - (operation.launchedAtMs ?? operation.createdAtMs)) / 1_000);
  return {
    code: 'instance-lost',
    text: `Instance ${operation.instanceId} was terminated ${seconds} s after its launch, before it joined.`,
    facts: { seconds },
  };
}

/** EC2 accepts a start and may find only then that it has no machine: the instance is stopped again. */
function hasRestartFailed(operation: LaunchOperation, { state }: Instance, nowMs: number): boolean {
  const sinceMs = nowMs - (operation.launchedAtMs ?? operation.createdAtMs);
  return startedBy(operation) !== undefined && state === 'stopped' && sinceMs >= STARTS_WITHIN_MS;
}

function restartFailure({ instanceId }: LaunchOperation): Reason {
  const text = `Instance ${instanceId} of the warm pool was started and is stopped again: EC2 had no capacity for it.`;
  return { code: 'warm-start-failed', text };
}
