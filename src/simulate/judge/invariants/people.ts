import { unmanagedInstances } from '../../../model/unmanaged-instance.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';

/** A machine that somebody started by hand is theirs: it is neither ended, nor stopped, nor cordoned, nor made a worker (F46). */
export function touchesByHand(write: WorldWrite, observed: ObservedWorld): string | undefined {
  const instanceId = touchedBy(write, observed);
  if (instanceId === undefined) return undefined;
  const listed = observed.instances.filter(({ id }) => id === instanceId);
  return unmanagedInstances(listed, observed.cluster.nodes).length === 0
    ? undefined
    : `${write.kind} of ${instanceId}, which somebody started by hand`;
}

function touchedBy(write: WorldWrite, { cluster }: ObservedWorld): string | undefined {
  switch (write.kind) {
    case 'terminate':
    case 'stop':
      return write.instance.id;
    case 'cordon':
    case 'admit-node':
    case 'delete-node':
      return cluster.nodes.find(({ name }) => name === write.nodeName)?.instanceId;
    default:
      return undefined;
  }
}
