import { isAlive } from '../../../model/instance.ts';
import { type Interruption, type InterruptionStatus, stillCounts } from '../../../model/interruption.ts';
import type { Operation } from '../../../model/operation.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { unmanagedInstances } from '../../../model/unmanaged-instance.ts';
import type { Policy } from '../../../policy/policy-schema.ts';

/** Where one announcement stands after a round that saw it, judged by what the snapshot shows of its machine. */
export function interruptionStatusOf(
  interruption: Interruption,
  {
    snapshot,
    policy,
    nowMs,
  }: { readonly snapshot: Snapshot; readonly policy: Policy; readonly nowMs: number },
): InterruptionStatus {
  const { instanceId } = interruption;
  const operations = snapshot.operations.filter((operation) => concerns(operation, instanceId));
  const found = instanceAndNode(instanceId, snapshot);
  if (found !== 'there' && found !== 'gone' && operations.length === 0)
    return found === 'nowhere' ? 'foreign' : 'open';
  if (found === 'gone' || !stillCounts(interruption, nowMs)) return 'over';
  if (needsNoAction(interruption, policy) || isByHand(instanceId, snapshot)) return 'settled';
  return operations.some((operation) => handles(operation, interruption)) ? 'settled' : 'open';
}

/** What of the machine is to be seen; a node that is left speaks for it. */
function instanceAndNode(
  instanceId: string,
  { nodes, instances }: Snapshot,
): 'there' | 'gone' | 'nowhere' | 'unknown' {
  if (nodes.some((node) => node.instanceId === instanceId)) return 'there';
  if (instances.status === 'unknown') return 'unknown';
  const instance = instances.value.find(({ id }) => id === instanceId);
  if (instance === undefined) return 'nowhere';
  return isAlive(instance) ? 'there' : 'gone';
}

function needsNoAction({ kind }: Interruption, policy: Policy): boolean {
  if (policy.suspend || kind === 'state-change') return true;
  return kind === 'rebalance' && policy.spot.rebalance === 'ignore';
}

/** What people started is left alone, whatever AWS says of it (F46). */
function isByHand(instanceId: string, { instances, nodes }: Snapshot): boolean {
  if (instances.status === 'unknown') return false;
  const listed = instances.value.filter(({ id }) => id === instanceId);
  return unmanagedInstances(listed, nodes).length > 0;
}

function concerns(operation: Operation, instanceId: string): boolean {
  if (operation.instanceId === instanceId) return true;
  return operation.kind === 'launch' && operation.replaces?.instanceId === instanceId;
}

/** Whether the ledger holds what the announcement asks for, so that a successor goes on with it. */
function handles(operation: Operation, { kind, instanceId }: Interruption): boolean {
  if (operation.kind === 'launch') {
    if (operation.instanceId === instanceId)
      return operation.step === 'undoing' || operation.step === 'failed';
    return kind !== 'spot-warning';
  }
  if (operation.step === 'terminating' || operation.step === 'removed') return true;
  return kind === 'spot-warning' ? operation.interruption === 'spot-warning' : operation.step !== 'aborted';
}
