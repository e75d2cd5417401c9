import { type Instance, isAlive } from '../../../model/instance.ts';
import { TAG } from '../../../model/tags.ts';
import type { WorldSight, WorldWrite } from '../world-sight.ts';
import { decidedBy, isServing, nodeOf, operationOn, removedInstances } from './serving.ts';

/**
 * A launch in flight when the maximum is lowered still counts by the policy that decided it; what people add is theirs. While EC2
 * does not tell the truth, a machine whose Node somebody has deleted can be seen nowhere.
 */
export function exceedsMaximum(write: WorldWrite, sight: WorldSight): string | undefined {
  if (write.kind !== 'launched' && write.kind !== 'started') return undefined;
  const { instances, policy } = sight;
  const alive = instances.filter(
    (instance) => isAlive(instance) && instance.operationId !== undefined && isSeen(instance, sight),
  ).length;
  const digest =
    write.kind === 'launched'
      ? write.request.tags[TAG.policyDigest]
      : operationOn(write.instanceId, sight)?.policy.digest;
  const decider = sight.policyOf(digest ?? '') ?? policy;
  const max = Math.max(policy.nodes.max, decider.nodes.max);
  return alive > max ? `${alive} instances cost money, nodes.max is ${max}` : undefined;
}

function isSeen(instance: Instance, sight: WorldSight): boolean {
  if (!sight.isTroubled || nodeOf(instance, sight) !== undefined) return true;
  return sight
    .unended()
    .some(({ id, instanceId }) => id === instance.operationId || instanceId === instance.id);
}

/** Capacity that is there or comes without this instance: alive, and not itself on the way out by our hand. */
export function undercutsMinimum(write: WorldWrite, sight: WorldSight): string | undefined {
  if (write.kind !== 'terminate' || !isServing(write.instance, sight)) return undefined;
  const { id, lifecycle } = write.instance;
  const leaving = removedInstances(sight);
  const others = sight.instances.filter((i) => isAlive(i) && i.id !== id && !leaving.has(i.id));
  const policies = [sight.policy, decidedBy(write.instance, sight)];
  const min = Math.min(...policies.map(({ nodes }) => nodes.min));
  if (others.length < min) return `terminating ${id} leaves ${others.length} instances, nodes.min is ${min}`;
  const onDemand = others.filter((other) => other.lifecycle === 'on-demand').length;
  const base = Math.min(...policies.map(({ spot }) => spot.onDemandBase));
  return lifecycle === 'on-demand' && onDemand < base
    ? `terminating ${id} leaves ${onDemand} on-demand instances, spot.onDemandBase is ${base}`
    : undefined;
}

export function emptiesZone(write: WorldWrite, sight: WorldSight): string | undefined {
  const { nodes, instances } = sight.policy;
  if (
    write.kind !== 'terminate' ||
    nodes.minPerZone === 0 ||
    decidedBy(write.instance, sight).nodes.minPerZone === 0 ||
    !isServing(write.instance, sight)
  )
    return undefined;
  const { zone, id } = write.instance;
  if (!instances.zones.includes(zone)) return undefined;
  const leaving = removedInstances(sight);
  const others = sight.instances.filter((i) => isAlive(i) && i.id !== id && !leaving.has(i.id));
  if (others.length < instances.zones.length) return undefined;
  return others.some((i) => i.zone === zone) ? undefined : `${id} was the last of zone ${zone}`;
}
