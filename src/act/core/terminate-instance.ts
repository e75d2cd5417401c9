import type { InstanceListing } from '../../model/instance-listing.ts';
import { isEnding } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import type { ActContext } from './act-ports.ts';

/** How often EC2 is asked whether the instance is terminating. */
export const TERMINATE_POLL_MS = 2_000;
/** How often a terminate call is repeated while EC2 still shows the instance alive (F58). */
const TERMINATE_REPEAT_MS = 10_000;
/** How long an instance must be missing from EC2's list before it counts as terminated (F23, F44). */
const MISSING_MS = 30_000;

/**
 * Terminates the instance, and says `gone` once EC2 shows it shutting down, or has not listed it for a while and its node
 * is not Ready either. Throws `PortError` when EC2 cannot be asked or refuses; the caller keeps its step and comes again.
 */
export async function terminateInstance(
  instanceId: string,
  ports: ActContext,
  signal: AbortSignal,
): Promise<'gone' | 'waiting'> {
  const listing = await ports.instances.list({ maxAgeMs: TERMINATE_POLL_MS / 2, signal });
  if (isGone(listing, instanceId, ports)) {
    ports.missing.forget(instanceId);
    ports.retrySchedule.forget(retryKey(instanceId));
    return 'gone';
  }
  const nowMs = ports.clock.monotonicMs();
  if (ports.retrySchedule.isDue(retryKey(instanceId), nowMs) && ports.leadership.isLeader()) {
    await ports.cloud.terminate([instanceId], signal);
    ports.retrySchedule.pauseUntil(retryKey(instanceId), nowMs + TERMINATE_REPEAT_MS);
  }
  return 'waiting';
}

/** The nodes that say they run on the instance; more than one is a fault in the cluster (F40). */
export function nodesOf(instanceId: string | undefined, nodes: readonly Node[]): readonly Node[] {
  return instanceId === undefined ? [] : nodes.filter((node) => node.instanceId === instanceId);
}

function isGone(listing: InstanceListing, instanceId: string, ports: ActContext): boolean {
  const instance = listing.instances.find(({ id }) => id === instanceId);
  if (instance !== undefined) return isEnding(instance);
  const isReady = nodesOf(instanceId, ports.cluster.view().nodes).some((node) => node.isReady);
  return ports.missing.forMs(instanceId, listing) >= MISSING_MS && !isReady;
}

function retryKey(instanceId: string): string {
  return `terminate/${instanceId}`;
}
