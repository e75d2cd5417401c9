import { type Instance, isAlive } from '../../../model/instance.ts';
import { TAG } from '../../../model/tags.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';
import { decidedBy, isServing, nodeOf, operationOn, removedInstances } from './serving.ts';

/**
 * A launch in flight when the maximum is lowered still counts by the policy that decided it; unmanaged instances do not count.
 * While EC2's answers are wrong, an instance whose Node was deleted manually is invisible.
 */
export function violationOfMaximum(write: WorldWrite, observed: ObservedWorld): string | undefined {
  if (write.kind !== 'launched' && write.kind !== 'started') return undefined;
  const { instances, policy } = observed;
  const alive = instances.filter(
    (instance) => isAlive(instance) && instance.operationId !== undefined && isSeen(instance, observed),
  ).length;
  const digest =
    write.kind === 'launched'
      ? write.request.tags[TAG.policyDigest]
      : operationOn(write.instanceId, observed)?.policy.digest;
  const decider = observed.policyOf(digest ?? '') ?? policy;
  const max = Math.max(policy.nodes.max, decider.nodes.max);
  return alive > max ? `${alive} instances cost money, nodes.max is ${max}` : undefined;
}

function isSeen(instance: Instance, observed: ObservedWorld): boolean {
  if (!observed.isFaulty || nodeOf(instance, observed) !== undefined) return true;
  return observed
    .unended()
    .some(({ id, instanceId }) => id === instance.operationId || instanceId === instance.id);
}

/** Capacity that is there or comes without this instance: alive, and not itself on the way out by our hand. */
export function violationOfMinimum(write: WorldWrite, observed: ObservedWorld): string | undefined {
  if (write.kind !== 'terminate' || !isServing(write.instance, observed)) return undefined;
  const { id, lifecycle } = write.instance;
  const leaving = removedInstances(observed);
  const others = observed.instances.filter((i) => isAlive(i) && i.id !== id && !leaving.has(i.id));
  const policies = [observed.policy, decidedBy(write.instance, observed)];
  const min = Math.min(...policies.map(({ nodes }) => nodes.min));
  if (others.length < min) return `terminating ${id} leaves ${others.length} instances, nodes.min is ${min}`;
  const onDemand = others.filter((other) => other.lifecycle === 'on-demand').length;
  const base = Math.min(...policies.map(({ spot }) => spot.onDemandBase));
  return lifecycle === 'on-demand' && onDemand < base
    ? `terminating ${id} leaves ${onDemand} on-demand instances, spot.onDemandBase is ${base}`
    : undefined;
}

export function violationOfZoneMinimum(write: WorldWrite, observed: ObservedWorld): string | undefined {
  const { nodes, instances } = observed.policy;
  if (
    write.kind !== 'terminate' ||
    nodes.minPerZone === 0 ||
    decidedBy(write.instance, observed).nodes.minPerZone === 0 ||
    !isServing(write.instance, observed)
  )
    return undefined;
  const { zone, id } = write.instance;
  if (!instances.zones.includes(zone)) return undefined;
  const leaving = removedInstances(observed);
  const others = observed.instances.filter((i) => isAlive(i) && i.id !== id && !leaving.has(i.id));
  if (others.length < instances.zones.length) return undefined;
  return others.some((i) => i.zone === zone) ? undefined : `${id} was the last of zone ${zone}`;
}
