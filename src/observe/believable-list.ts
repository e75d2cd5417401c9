import type { Instance } from '../model/instance.ts';
import type { Node } from '../model/node.ts';
import type { Known } from '../model/snapshot.ts';
import { areTooManyMissing } from '../model/vanishing.ts';

/** The list, unless the nodes prove it wrong, since a ready node has a machine (F43): then what runs is unknown, which is neither nothing nor room for more. */
export function believable(
  instances: Known<readonly Instance[]>,
  nodes: readonly Node[],
): Known<readonly Instance[]> {
  if (instances.status === 'unknown') return instances;
  const ready = nodes.filter(
    ({ isControlPlane, isReady, instanceId }) => !isControlPlane && isReady && instanceId !== undefined,
  );
  const listed = new Set(instances.value.map(({ id }) => id));
  const missing = ready.filter(({ instanceId = '' }) => !listed.has(instanceId)).length;
  if (!areTooManyMissing(missing, ready.length)) return instances;
  const why = `EC2 lists no machine for ${missing} of ${ready.length} ready nodes, which cannot be: wrong region, account or cluster tag, or a fault of EC2`;
  return { status: 'unknown', why };
}
