import type { Replaced } from '../../model/intent.ts';
import type { InterruptionKind } from '../../model/interruption.ts';
import type { Lifecycle } from '../../model/offering.ts';
import type { LaunchOperation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { Resources } from '../../model/resources.ts';
import type { Snapshot } from '../../model/snapshot.ts';

/** A worker to buy in place of one that AWS takes away: at least its size, its lifecycle first. */
export interface ReplacementRequest {
  readonly replaces: Replaced;
  readonly lifecycle: Lifecycle;
  readonly minAllocatable: Resources | undefined;
  readonly reason: Reason;
}

/** The launch that replaces this instance, unless it failed: each is replaced once, however often its loss is announced. */
export function replacementOf(instanceId: string, snapshot: Snapshot): LaunchOperation | undefined {
  return snapshot.operations.find(
    (operation): operation is LaunchOperation =>
      operation.kind === 'launch' &&
      operation.replaces?.instanceId === instanceId &&
      operation.step !== 'failed' &&
      operation.step !== 'undoing',
  );
}

export function replacementRequest(
  { instanceId, interruption }: { readonly instanceId: string; readonly interruption: InterruptionKind },
  snapshot: Snapshot,
  why: string,
): ReplacementRequest {
  const node = snapshot.nodes.find((n) => n.instanceId === instanceId);
  const instances = snapshot.instances.status === 'known' ? snapshot.instances.value : [];
  const lifecycle = node?.lifecycle ?? instances.find(({ id }) => id === instanceId)?.lifecycle;
  return {
    replaces: { instanceId, interruption },
    // A machine whose lifecycle is not known any more, and of which there was a spot warning, was spot.
    lifecycle: lifecycle ?? (interruption === 'maintenance' ? 'on-demand' : 'spot'),
    minAllocatable: node?.allocatable,
    reason: { code: 'replacement', text: `${instanceId} is replaced: ${why}`, facts: { instanceId } },
  };
}
