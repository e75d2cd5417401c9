import { isAlive, isStoppedInPool } from '../../../model/instance.ts';
import type { Node } from '../../../model/node.ts';
import { hasEnded } from '../../../model/operation.ts';
import { unmanagedInstances } from '../../../model/unmanaged-instance.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';
import { nodeOf, operationOn } from './serving.ts';

/**
 * How long an instance may be without an operation while all APIs answer: a crash, a restart, the interval of the loop and its
 * calls.
 */
export const MAX_UNOWNED_MS = 180_000;
/** How long several nodes may be unready at the same time before they count as dead (F70). */
const MAX_BLIP_MS = 1_800_000;

/**
 * Instances that cost money, are no ready node and that no operation has, by their ids. Unmanaged instances do not count (F46).
 * While EC2 or the API server does not answer they cannot be found, and a suspended policy changes nothing.
 */
export function unownedMachines(observed: ObservedWorld): ReadonlyMap<string, string> {
  if (observed.isFaulty || observed.policy.suspend) return new Map();
  const owned = new Set(
    observed.unended().flatMap((o) => (o.instanceId === undefined ? [] : [o.instanceId])),
  );
  const lost = observed.instances.filter((instance) => {
    if (!isAlive(instance) || owned.has(instance.id) || instance.operationId === undefined) return false;
    const node = nodeOf(instance, observed);
    return node === undefined || (!node.isReady && !isTolerated(node, observed));
  });
  return new Map(lost.map(({ id }) => [id, `${id} costs money, is no ready node, and no operation has it`]));
}

/** Whether an unready node may stay as it is: for as long as a machine may take to join, while another is replaced, or in a blip. */
function isTolerated(node: Node, observed: ObservedWorld): boolean {
  const { launch, shrink } = observed.policy;
  // By a clock that is behind it has been unready for that much less.
  const unreadyMs = observed.nowMs - (node.readyChangedAtMs ?? node.createdAtMs) - Math.abs(observed.skewMs);
  if (node.doNotDisrupt || unreadyMs <= launch.joinTimeoutSeconds * 1_000) return true;
  if (observed.unended().some((o) => o.kind === 'remove' && o.isRepair === true)) return true;
  const pooled = new Set(observed.instances.filter(isStoppedInPool).map(({ id }) => id));
  const byHand = new Set(
    unmanagedInstances(observed.instances, observed.cluster.nodes).map(({ instance }) => instance.id),
  );
  const workers = observed.cluster.nodes.filter(
    ({ isControlPlane, instanceId = '' }) =>
      !isControlPlane && !pooled.has(instanceId) && !byHand.has(instanceId),
  );
  const unready = workers.filter(({ isReady }) => !isReady);
  const isBlip = unready.length > 1 && unready.length * 100 > workers.length * shrink.maxUnreadyPercent;
  return isBlip && unreadyMs <= MAX_BLIP_MS;
}

/**
 * Deleting the Node of a running instance orphans the instance: it cannot join again (facts: K3s 4). When EC2 does not tell the
 * truth about the fleet, a machine may be taken for lost that is not; it is found again afterwards.
 */
export function violationOfOwnership(write: WorldWrite, observed: ObservedWorld): string | undefined {
  if (write.kind !== 'delete-node' || observed.isFaulty) return undefined;
  const node = observed.cluster.nodes.find(({ name }) => name === write.nodeName);
  const instance = observed.instances.find(({ id }) => id === node?.instanceId);
  return instance !== undefined && isAlive(instance)
    ? `node ${write.nodeName} is deleted while its instance is ${instance.state}`
    : undefined;
}

/** What an operation launched, and what it started out of the warm pool: together one at most. */
export function violationOfSingleInstance(write: WorldWrite, observed: ObservedWorld): string | undefined {
  if (write.kind !== 'launched' && write.kind !== 'started') return undefined;
  const operationId =
    write.kind === 'launched' ? write.request.operationId : operationOn(write.instanceId, observed)?.id;
  if (operationId === undefined) return undefined;
  const operation = observed.operation(operationId);
  const started = operation?.kind === 'launch' ? operation.starts?.instanceId : undefined;
  const ids = observed.instances
    .filter((i) => isAlive(i) && (i.operationId === operationId || i.id === started))
    .map((i) => i.id);
  return ids.length > 1 ? `operation ${operationId} has the instances ${ids.join(' and ')}` : undefined;
}

export function violationOfUncordon(observed: ObservedWorld): string | undefined {
  for (const { name, cordonedBy } of observed.cluster.nodes) {
    if (cordonedBy === undefined) continue;
    const operation = observed.operation(cordonedBy.operationId);
    if (operation === undefined)
      return `${name} is cordoned by ${cordonedBy.operationId}, which nobody knows`;
    if (hasEnded(operation)) return `${name} is cordoned by ${operation.id}, which is '${operation.step}'`;
  }
  return undefined;
}
