import type { Interruption } from '../model/interruption.ts';
import type { Node } from '../model/node.ts';
import { PortError } from '../ports.ts';
import type { ActContext } from './core/act-ports.ts';

/** By then the watch shows what was written; otherwise it is written again. */
const SHOWS_WITHIN_MS = 5_000;

/**
 * Writes announcements that stay open on the nodes that they are about, so that their messages can go. One about a machine
 * without a node stays in the queue. What cannot be written is tried again after a later round.
 */
export async function rememberAnnouncements(
  open: readonly Interruption[],
  nodes: readonly Node[],
  ports: ActContext,
  signal: AbortSignal,
): Promise<void> {
  for (const interruption of open) {
    const { kind, instanceId } = interruption;
    const node = nodes.find((one) => one.instanceId === instanceId);
    const key = `remember/${kind}/${instanceId}`;
    const nowMs = ports.clock.monotonicMs();
    if (node === undefined || !ports.retrySchedule.isDue(key, nowMs) || !ports.leadership.isLeader())
      continue;
    ports.retrySchedule.pauseUntil(key, nowMs + SHOWS_WITHIN_MS);
    try {
      await ports.cluster.rememberAnnouncement(node.name, interruption, signal);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    }
  }
}
