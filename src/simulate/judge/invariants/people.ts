import { strangersAmong } from '../../../model/stranger.ts';
import type { WorldSight, WorldWrite } from '../world-sight.ts';

/** A machine that somebody started by hand is theirs: it is neither ended, nor stopped, nor cordoned, nor made a worker (F46). */
export function touchesByHand(write: WorldWrite, sight: WorldSight): string | undefined {
  const instanceId = touchedBy(write, sight);
  if (instanceId === undefined) return undefined;
  const listed = sight.instances.filter(({ id }) => id === instanceId);
  return strangersAmong(listed, sight.cluster.nodes).length === 0
    ? undefined
    : `${write.kind} of ${instanceId}, which somebody started by hand`;
}

function touchedBy(write: WorldWrite, { cluster }: WorldSight): string | undefined {
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
