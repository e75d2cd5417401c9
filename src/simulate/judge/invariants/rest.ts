import { type Instance, isAlive, isAsleepInPool } from '../../../model/instance.ts';
import type { Node } from '../../../model/node.ts';
import type { Operation } from '../../../model/operation.ts';
import { podRef } from '../../../model/pod.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import type { WorldSight, WorldWrite } from '../world-sight.ts';
import { nodeOf } from './serving.ts';

/** Looked at when nothing has gone wrong for long: nothing is under way, nothing is left over, nobody waits for room there is. */
export function restless(sight: WorldSight): string | undefined {
  const { policy, instances, cluster } = sight;
  const [open] = sight.unended();
  if (open !== undefined) return `${open.kind} ${open.id} is still '${open.step}'`;
  const alive = instances.filter(isAlive);
  const isFull = alive.length >= policy.nodes.max;
  // What people started takes its place under the maximum and is theirs to end.
  const ours = alive.filter(({ operationId }) => operationId !== undefined);
  const { min, max } = policy.nodes;
  if (ours.length < min && !isFull) return `${ours.length} instances, nodes.min is ${min}`;
  if (ours.length > max) return `${ours.length} instances, nodes.max is ${max}`;
  const stray = ours.find((i) => nodeOf(i, sight)?.isReady !== true);
  if (stray !== undefined) return `${stray.id} costs money and is no ready node`;
  const pool = instances.filter(isAsleepInPool);
  const amiss = amissInPool(pool, alive, policy) ?? amissInNodes([...alive, ...pool], cluster.nodes);
  if (amiss !== undefined) return amiss;
  const waiting = cluster.pods.find(
    (pod) => pod.unschedulableSinceMs !== undefined && pod.nodeName === undefined,
  );
  return waiting === undefined || isFull ? undefined : `${podRef(waiting)} waits though the fleet may grow`;
}

/**
 * Whether the write is part of replacing workers that were to be replaced before: what came to nothing is tried again after a pause
 * of hours, which may end when all else is still.
 */
export function triesAgain(write: WorldWrite, sight: WorldSight): boolean {
  if (write.kind === 'cordon') {
    return sight.operation(write.operationId)?.reasons.some(({ code }) => code === 'replaced') === true;
  }
  if (write.kind !== 'launch') return false;
  const names = consolidatedBy(sight.operation(write.request.operationId));
  return sight.ended().some(({ operation }) => {
    if (operation.kind === 'remove')
      return operation.step === 'aborted' && names.includes(operation.nodeName);
    return consolidatedBy(operation).some((name) => names.includes(name));
  });
}

function consolidatedBy(operation: Operation | undefined): readonly string[] {
  return operation?.kind === 'launch' ? (operation.consolidates ?? []) : [];
}

/** What fills the pool needs a place under the maximum for a while. */
function amissInPool(
  pool: readonly Instance[],
  alive: readonly Instance[],
  { nodes, warmPool }: Policy,
): string | undefined {
  const size = warmPool?.size ?? 0;
  const least = alive.length < nodes.max ? size : 0;
  const isRight = pool.length >= least && pool.length <= size;
  return isRight ? undefined : `${pool.length} of ${size} machines wait in the warm pool`;
}

function amissInNodes(instances: readonly Instance[], nodes: readonly Node[]): string | undefined {
  const ids = new Set(instances.map(({ id }) => id));
  const lost = nodes.find(({ instanceId }) => instanceId !== undefined && !ids.has(instanceId));
  return lost === undefined ? undefined : `node ${lost.name} has no instance`;
}
