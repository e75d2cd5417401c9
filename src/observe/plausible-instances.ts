import { isImplausibleLoss } from '../model/implausible-loss.ts';
import { instanceIdsOf } from '../model/instance-listing.ts';
import type { Instance } from '../model/instance.ts';
import type { Node } from '../model/node.ts';

/** Why the nodes prove the list wrong, since a ready node has a machine (F43); `undefined` where they do not. */
export function doubtAbout(instances: readonly Instance[], nodes: readonly Node[]): string | undefined {
  const ready = nodes.filter(
    ({ isControlPlane, isReady, instanceId }) => !isControlPlane && isReady && instanceId !== undefined,
  );
  const listed = instanceIdsOf(instances);
  const missing = ready.filter(({ instanceId = '' }) => !listed.has(instanceId)).length;
  if (!isImplausibleLoss(missing, ready.length)) return undefined;
  return `EC2 lists no instance for ${missing} of ${ready.length} ready nodes, which cannot be: wrong region, account or cluster tag, or a fault of EC2`;
}
