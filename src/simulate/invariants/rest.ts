import { isAlive } from '../../model/instance.ts';
import { podRef } from '../../model/pod.ts';
import type { WorldSight } from '../world-sight.ts';
import { isPooled, nodeOf } from './serving.ts';

/** Looked at when nothing has gone wrong for long: nothing is under way, nothing is left over, nobody waits for room there is. */
export function restless(sight: WorldSight): string | undefined {
  const { policy, instances, cluster } = sight;
  const [open] = sight.unended();
  if (open !== undefined) return `${open.kind} ${open.id} is still '${open.step}'`;
  const alive = instances.filter(isAlive);
  if (alive.length < policy.nodes.min) return `${alive.length} instances, nodes.min is ${policy.nodes.min}`;
  if (alive.length > policy.nodes.max) return `${alive.length} instances, nodes.max is ${policy.nodes.max}`;
  const stray = alive.find((i) => i.operationId !== undefined && nodeOf(i, sight)?.isReady !== true);
  if (stray !== undefined) return `${stray.id} costs money and is no ready node`;
  const pool = instances.filter(isPooled);
  const size = policy.warmPool?.size ?? 0;
  // What fills the pool needs a place under the maximum for a while.
  const least = alive.length < policy.nodes.max ? size : 0;
  if (pool.length < least || pool.length > size) return `${pool.length} of ${size} machines wait in the pool`;
  const ids = new Set([...alive, ...pool].map(({ id }) => id));
  const lost = cluster.nodes.find((node) => node.instanceId !== undefined && !ids.has(node.instanceId));
  if (lost !== undefined) return `node ${lost.name} has no instance`;
  const waiting = cluster.pods.find(
    (pod) => pod.unschedulableSinceMs !== undefined && pod.nodeName === undefined,
  );
  const isFull = alive.length === policy.nodes.max;
  return waiting === undefined || isFull ? undefined : `${podRef(waiting)} waits though the fleet may grow`;
}
