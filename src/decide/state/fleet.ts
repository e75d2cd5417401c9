import type { Instance } from '../../model/instance.ts';
import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { Node } from '../../model/node.ts';
import type { Lifecycle } from '../../model/offering.ts';
import { parseOfferingKey } from '../../model/offering.ts';
import type { LaunchOperation, Operation, RemoveOperation } from '../../model/operation.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import {
  countsAsCapacity,
  isUp,
  type WorkerCondition,
  workerCondition,
} from '../../model/worker-condition.ts';
import { inFlightIn, launchesIn, unendedIn } from './operation-lists.ts';
import { type PoolMember, poolOf } from './pool.ts';

/** One worker: a node, an instance on its way to be one, or the written intent to buy one. */
export interface Worker {
  /** Node name, else instance id, else operation id; unique. */
  readonly id: string;
  readonly condition: WorkerCondition;
  readonly node: Node | undefined;
  readonly instance: Instance | undefined;
  /** The launch in flight that will finish it. */
  readonly launch: LaunchOperation | undefined;
  /** The removal in flight that takes it away, unless it is being undone. */
  readonly removal: RemoveOperation | undefined;
  readonly type: string | undefined;
  readonly zone: string | undefined;
  readonly lifecycle: Lifecycle | undefined;
}

/** The snapshot's workers by what they count for, sorted by id. */
export interface Fleet {
  /** Workers that count as capacity now or soon; those being removed are not among them. */
  readonly workers: readonly Worker[];
  /** Workers with a removal in flight. */
  readonly leaving: readonly Worker[];
  /** Workers with a node that are no capacity, and why: `dead`, `gone`, `terminating`, `unmanaged` and so on. */
  readonly uncounted: readonly Worker[];
  /** Everything that costs as much as a worker, or is about to: what `nodes.max` limits. */
  readonly billable: number;
  /** The warm pool, none of it a worker. */
  readonly pool: readonly PoolMember[];
}

export interface FleetOptions {
  /** Removals to be undone this round: their nodes count as staying. */
  readonly cancelledRemovals: ReadonlySet<string>;
  /** For how long a node may be unready before it no longer counts as capacity, in milliseconds. */
  readonly unreadyGraceMs: number;
  readonly nowMs: number;
  /** Instances that AWS is about to take away: they cost money and are no capacity. */
  readonly announcedTerminations: ReadonlySet<string>;
  /** Whether the policy keeps a warm pool. */
  readonly isPoolEnabled: boolean;
}

/** A worker but for its condition, which time changes. */
interface JoinedWorker extends Omit<Worker, 'condition'> {
  readonly instanceId: string;
  /** Whether an operation is about to take its machine away. */
  readonly isTerminating: boolean;
  readonly costsMoney: boolean;
}

/** Nodes, instances and operations joined, sorted by id; and the fleet that was last made of it. */
interface Joined {
  readonly joinedWorkers: readonly JoinedWorker[];
  readonly pool: readonly PoolMember[];
  readonly isCloudKnown: boolean;
  last: { readonly conditions: readonly WorkerCondition[]; readonly fleet: Fleet } | undefined;
}

interface Lookup {
  readonly instances: ReadonlyMap<string, Instance> | undefined;
  readonly launches: readonly LaunchOperation[];
  readonly launchByInstance: ReadonlyMap<string, LaunchOperation>;
  readonly removalByNode: ReadonlyMap<string, RemoveOperation>;
  /** Instances that an operation is about to take away: they cost money and are no capacity. */
  readonly terminating: ReadonlySet<string>;
}

/**
 * Joins nodes, instances and operations into workers. Nodes that did not come from EC2 are not the fleet's. The same fleet as before
 * while its parts are the same objects and no condition changed.
 */
export function fleetOf(snapshot: Snapshot, options: FleetOptions): Fleet {
  const joined = options.cancelledRemovals.size === 0 ? joinedOf(snapshot) : join(snapshot, options);
  const conditions = joined.joinedWorkers.map((worker) => conditionOf(worker, joined, options));
  const { last } = joined;
  if (last?.conditions.every((condition, index) => condition === conditions[index])) return last.fleet;
  const fleet = fleetFrom(joined, conditions);
  joined.last = { conditions, fleet };
  return fleet;
}

function fleetFrom({ joinedWorkers, pool }: Joined, conditions: readonly WorkerCondition[]): Fleet {
  const all = joinedWorkers.map(
    ({ instanceId: _id, isTerminating: _isTerminating, costsMoney: _cost, ...worker }, index): Worker => ({
      ...worker,
      condition: conditions[index] ?? 'gone',
    }),
  );
  const staying = all.filter((worker) => worker.removal === undefined);
  return {
    workers: staying.filter(({ condition }) => countsAsCapacity(condition)),
    uncounted: staying.filter(({ node, condition }) => node !== undefined && !countsAsCapacity(condition)),
    leaving: all.filter((worker) => worker.removal !== undefined),
    billable:
      joinedWorkers.filter((worker) => worker.costsMoney).length +
      pool.filter(({ isBillable }) => isBillable).length,
    pool,
  };
}

const UNKNOWN: readonly Instance[] = [];

/** Kept as long as the three lists are the same objects. */
function joinedOf(snapshot: Snapshot): Joined {
  const { nodes, instances, operations } = snapshot;
  const listed = instances.status === 'known' ? instances.value : UNKNOWN;
  const ofLists = joinsOf(nodes)(listed);
  const known = ofLists.get(operations);
  if (known !== undefined) return known;
  const joined = join(snapshot, { cancelledRemovals: NONE });
  ofLists.set(operations, joined);
  return joined;
}

const NONE: ReadonlySet<string> = new Set();

const joinsOf = memoizeByIdentity((_nodes: readonly Node[]) =>
  memoizeByIdentity((_instances: readonly Instance[]) => new WeakMap<readonly Operation[], Joined>()),
);

function join(snapshot: Snapshot, options: Pick<FleetOptions, 'cancelledRemovals'>): Joined {
  const lookup = lookupOf(snapshot, options);
  const pool = poolOf(snapshot);
  const pooled = new Set(pool.map(({ instanceId }) => instanceId));
  const nodes = snapshot.nodes.filter(
    (node) => !node.isControlPlane && node.instanceId !== undefined && !pooled.has(node.instanceId),
  );
  const onNodes = nodes.map((node) => joinedNode(node, lookup));
  const seen = new Set(nodes.map((node) => node.instanceId));
  const bare = [...(lookup.instances?.values() ?? [])]
    .filter((instance) => isUp(instance, lookup.launchByInstance.get(instance.id)))
    .filter(({ id }) => !seen.has(id) && !pooled.has(id))
    .map((instance) => joinedInstance(instance, lookup));
  const intended = joinedIntents(lookup, seen);
  const joinedWorkers = [...onNodes, ...bare, ...intended].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { joinedWorkers, pool, isCloudKnown: lookup.instances !== undefined, last: undefined };
}

function lookupOf(snapshot: Snapshot, options: Pick<FleetOptions, 'cancelledRemovals'>): Lookup {
  const launches = inFlightIn(snapshot.operations);
  const launchByInstance = new Map<string, LaunchOperation>();
  for (const launch of launches) {
    if (launch.instanceId !== undefined) launchByInstance.set(launch.instanceId, launch);
  }
  const instances =
    snapshot.instances.status === 'known'
      ? new Map(snapshot.instances.value.map((instance) => [instance.id, instance]))
      : undefined;
  const launchById = new Map(launches.map((launch) => [launch.id, launch]));
  for (const instance of instances?.values() ?? []) {
    const launch = launchById.get(instance.operationId ?? '');
    if (launch !== undefined) launchByInstance.set(instance.id, launch);
  }
  const removals = unendedIn(snapshot.operations).filter((o): o is RemoveOperation => isRemoving(o, options));
  const removalByNode = new Map(removals.map((removal) => [removal.nodeName, removal]));
  const terminating = new Set([
    ...removals.map((removal) => removal.instanceId),
    ...undoneIn(snapshot.operations),
  ]);
  return { instances, launches, launchByInstance, removalByNode, terminating };
}

function isRemoving(operation: Operation, options: Pick<FleetOptions, 'cancelledRemovals'>): boolean {
  if (operation.kind !== 'remove' || operation.step === 'aborting') return false;
  return !options.cancelledRemovals.has(operation.id);
}

/** Instances of launches that failed or are being undone. */
const undoneIn = memoizeByIdentity((operations: readonly Operation[]): readonly string[] =>
  launchesIn(operations)
    .filter(({ step }) => step === 'undoing' || step === 'failed')
    .flatMap(({ instanceId = [] }) => instanceId),
);

function joinedNode(node: Node, lookup: Lookup): JoinedWorker {
  const instance = lookup.instances?.get(node.instanceId ?? '');
  const launch = lookup.launchByInstance.get(node.instanceId ?? '');
  return {
    id: node.name,
    node,
    instance,
    launch,
    removal: lookup.removalByNode.get(node.name),
    type: node.type ?? instance?.type,
    zone: node.zone ?? instance?.zone,
    lifecycle: node.lifecycle ?? instance?.lifecycle,
    ...accountOf({ node, instance, launch }, lookup),
  };
}

function joinedInstance(instance: Instance, lookup: Lookup): JoinedWorker {
  const { id, type, zone, lifecycle } = instance;
  const launch = lookup.launchByInstance.get(id);
  return {
    id,
    node: undefined,
    instance,
    launch,
    removal: undefined,
    type,
    zone,
    lifecycle,
    ...accountOf({ node: undefined, instance, launch }, lookup),
  };
}

/** Launches in flight of which neither a node nor an instance can be seen yet; a lost instance is not waited for. */
function joinedIntents(lookup: Lookup, nodeInstances: ReadonlySet<string | undefined>): JoinedWorker[] {
  const visible = new Set<string>();
  for (const [instanceId, launch] of lookup.launchByInstance) {
    if (nodeInstances.has(instanceId) || lookup.instances?.has(instanceId) === true) visible.add(launch.id);
  }
  return lookup.launches
    .filter((launch) => !visible.has(launch.id))
    .map((launch) => {
      const parts = parseOfferingKey(launch.offering ?? launch.offerings[0]);
      return {
        id: launch.id,
        node: undefined,
        instance: undefined,
        launch,
        removal: undefined,
        type: parts?.type,
        zone: parts?.zone,
        lifecycle: parts?.lifecycle,
        ...accountOf({ node: undefined, instance: undefined, launch }, lookup),
      };
    });
}

type Seen = Pick<Worker, 'node' | 'instance' | 'launch'>;

function accountOf(
  seen: Seen,
  lookup: Lookup,
): Pick<JoinedWorker, 'instanceId' | 'isTerminating' | 'costsMoney'> {
  const instanceId = seen.node?.instanceId ?? seen.instance?.id ?? '';
  const isTerminating = lookup.terminating.has(instanceId);
  return { instanceId, isTerminating, costsMoney: costsMoney(seen, lookup) };
}

function conditionOf(worker: JoinedWorker, { isCloudKnown }: Joined, options: FleetOptions): WorkerCondition {
  const { nowMs, unreadyGraceMs: graceMs, isPoolEnabled: keepsPool, announcedTerminations } = options;
  const { node, instance, launch, isTerminating, instanceId } = worker;
  const isDoomed = isTerminating || announcedTerminations.has(instanceId);
  return workerCondition({ node, instance, launch, isDoomed }, { nowMs, graceMs, isCloudKnown, keepsPool });
}

function costsMoney({ node, instance, launch }: Seen, lookup: Lookup): boolean {
  if (instance !== undefined) return isUp(instance, launch);
  if (launch !== undefined || lookup.instances === undefined) return true;
  return node?.isReady === true;
}
