import type { Instance } from '../model/instance.ts';
import type { Node } from '../model/node.ts';
import type { Known } from '../model/snapshot.ts';

/** If more than this share of the ready workers have no machine in EC2's list, the list is wrong: a ready node has one (F43). */
const BELIEVABLE_SHARE = 0.5;

/** The list, unless the nodes prove it wrong: then what runs is unknown, which is neither nothing nor room for more. */
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
  if (missing <= 1 || missing <= ready.length * BELIEVABLE_SHARE) return instances;
  const why = `EC2 lists no machine for ${missing} of ${ready.length} ready nodes, which cannot be: wrong region, account or cluster tag, or a fault of EC2`;
  return { status: 'unknown', why };
}
