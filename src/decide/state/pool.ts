import { type Instance, isAlive, isStoppedInPool } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import { type OfferingKey, offeringKey } from '../../model/offering.ts';
import type { LaunchOperation, Operation } from '../../model/operation.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { fillingIn, unendedIn } from './operation-lists.ts';

/** A machine of the warm pool, or on its way there: no worker. */
export interface PoolMember {
  /** Instance id, else the id of the operation that buys it. */
  readonly id: string;
  /** `waiting` is stopped or stopping, and nothing is done with it. */
  readonly state: 'filling' | 'waiting' | 'leaving';
  readonly instanceId: string | undefined;
  readonly instance: Instance | undefined;
  /** What it was bought as, or is asked for. */
  readonly offering: OfferingKey | undefined;
  readonly node: Node | undefined;
  /** Whether it costs as much as a worker, and counts towards `nodes.max`; a stopped one costs its disk alone. */
  readonly isBillable: boolean;
}

/** The warm pool as EC2 and the ledger show it, by id. An instance that a launch starts is a worker already. */
export function poolOf(snapshot: Snapshot): readonly PoolMember[] {
  const instances = snapshot.instances.status === 'known' ? snapshot.instances.value : [];
  const sleeping = instances.filter(isStoppedInPool);
  const fills = fillingIn(snapshot.operations);
  if (sleeping.length + fills.length === 0) return [];
  const nodes = new Map(snapshot.nodes.map((node) => [node.instanceId, node]));
  const open = new Map<string, Operation>();
  for (const operation of unendedIn(snapshot.operations)) {
    if (operation.instanceId !== undefined) open.set(operation.instanceId, operation);
  }
  const filling = fills.map((fill) => memberOfFill(fill, instances, nodes));
  const filled = new Set(filling.map(({ instanceId }) => instanceId));
  const stopped = sleeping
    .filter(({ id }) => !filled.has(id) && open.get(id)?.kind !== 'launch')
    .map((instance): PoolMember => {
      const { id } = instance;
      const state = open.has(id) ? 'leaving' : 'waiting';
      const offering = offeringKey(instance);
      return { id, state, instanceId: id, instance, offering, node: nodes.get(id), isBillable: false };
    });
  return [...filling, ...stopped].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A fill of which EC2 shows nothing yet is about to cost money. */
function memberOfFill(
  fill: LaunchOperation,
  instances: readonly Instance[],
  nodes: ReadonlyMap<string | undefined, Node>,
): PoolMember {
  const instance = instances.find((one) => one.id === fill.instanceId || one.operationId === fill.id);
  const instanceId = fill.instanceId ?? instance?.id;
  return {
    id: instanceId ?? fill.id,
    state: 'filling',
    instanceId,
    instance,
    offering: fill.offering ?? fill.offerings[0],
    node: instanceId === undefined ? undefined : nodes.get(instanceId),
    isBillable: instance === undefined || isAlive(instance),
  };
}
