import { type Instance, isAlive, isStoppedInPool } from '../../../model/instance.ts';
import type { Node } from '../../../model/node.ts';
import type { Operation } from '../../../model/operation.ts';
import { podRef } from '../../../model/pod.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';
import { nodeOf } from './serving.ts';

/** Checked in steady state: no operation runs, nothing is orphaned, and no pod waits for capacity that exists. */
export function violationOfSteadyState(observed: ObservedWorld): string | undefined {
  const { policy, instances, cluster } = observed;
  const [open] = observed.unended();
  if (open !== undefined) return `${open.kind} ${open.id} is still '${open.step}'`;
  const alive = instances.filter(isAlive);
  const isFull = alive.length >= policy.nodes.max;
  // What people started takes its place under the maximum and is theirs to end.
  const ours = alive.filter(({ operationId }) => operationId !== undefined);
  const { min, max } = policy.nodes;
  if (ours.length < min && !isFull) return `${ours.length} instances, nodes.min is ${min}`;
  if (ours.length > max) return `${ours.length} instances, nodes.max is ${max}`;
  const orphan = ours.find((i) => nodeOf(i, observed)?.isReady !== true);
  if (orphan !== undefined) return `${orphan.id} costs money and is no ready node`;
  const pool = instances.filter(isStoppedInPool);
  const violation = poolViolation(pool, alive, policy) ?? nodeViolation([...alive, ...pool], cluster.nodes);
  if (violation !== undefined) return violation;
  const waiting = cluster.pods.find(
    (pod) => pod.unschedulableSinceMs !== undefined && pod.nodeName === undefined,
  );
  return waiting === undefined || isFull ? undefined : `${podRef(waiting)} waits though the fleet may grow`;
}

/**
 * Whether the write is part of replacing workers that were to be replaced before: what came to nothing is tried again after a pause
 * of hours, which may end when all else is still.
 */
export function violationOfNoRetry(write: WorldWrite, observed: ObservedWorld): boolean {
  if (write.kind === 'cordon') {
    return observed.operation(write.operationId)?.reasons.some(({ code }) => code === 'replaced') === true;
  }
  if (write.kind !== 'launch') return false;
  const names = consolidatedBy(observed.operation(write.request.operationId));
  return observed.ended().some(({ operation }) => {
    if (operation.kind === 'remove')
      return operation.step === 'aborted' && names.includes(operation.nodeName);
    return consolidatedBy(operation).some((name) => names.includes(name));
  });
}

function consolidatedBy(operation: Operation | undefined): readonly string[] {
  return operation?.kind === 'launch' ? (operation.consolidates ?? []) : [];
}

/** What fills the pool needs a place under the maximum for a while. */
function poolViolation(
  pool: readonly Instance[],
  alive: readonly Instance[],
  { nodes, warmPool }: Policy,
): string | undefined {
  const size = warmPool?.size ?? 0;
  const min = alive.length < nodes.max ? size : 0;
  const isRight = pool.length >= min && pool.length <= size;
  return isRight ? undefined : `${pool.length} of ${size} machines wait in the warm pool`;
}

function nodeViolation(instances: readonly Instance[], nodes: readonly Node[]): string | undefined {
  const ids = new Set(instances.map(({ id }) => id));
  const lost = nodes.find(({ instanceId }) => instanceId !== undefined && !ids.has(instanceId));
  return lost === undefined ? undefined : `node ${lost.name} has no instance`;
}
