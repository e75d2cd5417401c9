import { isAlive, isAsleepInPool } from '../../../model/instance.ts';
import type { Node } from '../../../model/node.ts';
import { hasEnded } from '../../../model/operation.ts';
import { strangersAmong } from '../../../model/stranger.ts';
import type { WorldSight, WorldWrite } from '../world-sight.ts';
import { nodeOf, operationOn } from './serving.ts';

/** How long an instance may be nobody's while everything answers: a crash, a restart, the loop's interval and the calls it takes. */
export const UNOWNED_AT_MOST_MS = 180_000;
/** So long several nodes may be unready together before they are taken for dead (F70). */
const BLIP_LASTS_AT_MOST_MS = 1_800_000;

/**
 * Instances that cost money, are no ready node and that no operation has, by their ids. What people started without an operation
 * is theirs (F46). While EC2 or the API server does not answer nobody can find them, and a suspended policy changes nothing.
 */
export function ownerless(sight: WorldSight): ReadonlyMap<string, string> {
  if (sight.isTroubled || sight.policy.suspend) return new Map();
  const owned = new Set(sight.unended().flatMap((o) => (o.instanceId === undefined ? [] : [o.instanceId])));
  const lost = sight.instances.filter((instance) => {
    if (!isAlive(instance) || owned.has(instance.id) || instance.operationId === undefined) return false;
    const node = nodeOf(instance, sight);
    return node === undefined || (!node.isReady && !isBorneWith(node, sight));
  });
  return new Map(lost.map(({ id }) => [id, `${id} costs money, is no ready node, and no operation has it`]));
}

/** Whether an unready node may stay as it is: for as long as a machine may take to join, while another is replaced, or in a blip. */
function isBorneWith(node: Node, sight: WorldSight): boolean {
  const { launch, shrink } = sight.policy;
  // By a clock that is behind it has been unready for that much less.
  const unreadyMs = sight.nowMs - (node.readyChangedAtMs ?? node.createdAtMs) - Math.abs(sight.skewMs);
  if (node.doNotDisrupt || unreadyMs <= launch.joinTimeoutSeconds * 1_000) return true;
  if (sight.unended().some((o) => o.kind === 'remove' && o.isRepair === true)) return true;
  const pooled = new Set(sight.instances.filter(isAsleepInPool).map(({ id }) => id));
  const byHand = new Set(
    strangersAmong(sight.instances, sight.cluster.nodes).map(({ instance }) => instance.id),
  );
  const workers = sight.cluster.nodes.filter(
    ({ isControlPlane, instanceId = '' }) =>
      !isControlPlane && !pooled.has(instanceId) && !byHand.has(instanceId),
  );
  const unready = workers.filter(({ isReady }) => !isReady);
  const isBlip = unready.length > 1 && unready.length * 100 > workers.length * shrink.maxUnreadyPercent;
  return isBlip && unreadyMs <= BLIP_LASTS_AT_MOST_MS;
}

/**
 * Deleting the Node of a machine that runs makes the machine nobody's: it cannot join again (facts: K3s 4). When EC2 does not tell
 * the truth about the fleet, a machine may be taken for lost that is not; it is found again afterwards.
 */
export function disowns(write: WorldWrite, sight: WorldSight): string | undefined {
  if (write.kind !== 'delete-node' || sight.isTroubled) return undefined;
  const node = sight.cluster.nodes.find(({ name }) => name === write.nodeName);
  const instance = sight.instances.find(({ id }) => id === node?.instanceId);
  return instance !== undefined && isAlive(instance)
    ? `node ${write.nodeName} is deleted while its instance is ${instance.state}`
    : undefined;
}

/** What an operation launched, and what it started out of the warm pool: together one at most. */
export function secondInstance(write: WorldWrite, sight: WorldSight): string | undefined {
  if (write.kind !== 'launched' && write.kind !== 'started') return undefined;
  const operationId =
    write.kind === 'launched' ? write.request.operationId : operationOn(write.instanceId, sight)?.id;
  if (operationId === undefined) return undefined;
  const operation = sight.operation(operationId);
  const started = operation?.kind === 'launch' ? operation.starts?.instanceId : undefined;
  const ids = sight.instances
    .filter((i) => isAlive(i) && (i.operationId === operationId || i.id === started))
    .map((i) => i.id);
  return ids.length > 1 ? `operation ${operationId} has the instances ${ids.join(' and ')}` : undefined;
}

export function forgottenCordon(sight: WorldSight): string | undefined {
  for (const { name, cordonedBy } of sight.cluster.nodes) {
    if (cordonedBy === undefined) continue;
    const operation = sight.operation(cordonedBy.operationId);
    if (operation === undefined)
      return `${name} is cordoned by ${cordonedBy.operationId}, which nobody knows`;
    if (hasEnded(operation)) return `${name} is cordoned by ${operation.id}, which is '${operation.step}'`;
  }
  return undefined;
}
