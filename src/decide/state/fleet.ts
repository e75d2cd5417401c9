import { type Instance, isAlive, isAsleepInPool } from '../../model/instance.ts';
import { type Node, STARTUP_TAINT_KEY } from '../../model/node.ts';
import { parseOfferingKey } from '../../model/offering-parts.ts';
import type { Lifecycle } from '../../model/offering.ts';
import { oncePer } from '../../model/once-per.ts';
import type { LaunchOperation, Operation, RemoveOperation } from '../../model/operation.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { isStranger } from '../../model/stranger.ts';
import { inFlightIn, launchesIn, unendedIn } from './operation-lists.ts';
import { type PoolMember, poolOf } from './pool.ts';

/** One worker: a node, an instance on its way to be one, or the written intent to buy one. */
export interface Worker {
  /** Node name, else instance id, else operation id; unique. */
  readonly id: string;
  readonly state: 'ready' | 'unready' | 'booting' | 'intended';
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

/** The snapshot's workers, sorted by id, told apart by what they count for. */
export interface Fleet {
  /** Workers that count as capacity now or soon; those being removed are not among them. */
  readonly workers: readonly Worker[];
  /** Workers with a removal in flight. */
  readonly leaving: readonly Worker[];
  /** Nodes that do not count: unready for too long, their instance is gone, or they are strangers. */
  readonly lost: readonly Worker[];
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
  readonly announcedGone: ReadonlySet<string>;
  /** Whether the policy keeps a warm pool. */
  readonly keepsPool: boolean;
}

interface Lookup {
  readonly instances: ReadonlyMap<string, Instance> | undefined;
  readonly launches: readonly LaunchOperation[];
  readonly launchByInstance: ReadonlyMap<string, LaunchOperation>;
  readonly removalByNode: ReadonlyMap<string, RemoveOperation>;
  /** Instances that an operation is about to terminate: they cost money and are no capacity. */
  readonly doomed: ReadonlySet<string>;
  readonly options: FleetOptions;
}

/** Joins nodes, instances and operations into workers. Nodes that did not come from EC2 are not the fleet's. */
export function fleetOf(snapshot: Snapshot, options: FleetOptions): Fleet {
  const lookup = lookupOf(snapshot, options);
  const pool = poolOf(snapshot);
  const pooled = new Set(pool.map(({ instanceId }) => instanceId));
  const nodes = snapshot.nodes.filter(
    (node) => !node.isControlPlane && node.instanceId !== undefined && !pooled.has(node.instanceId),
  );
  const onNodes = nodes.map((node) => workerOfNode(node, lookup));
  const seen = new Set(nodes.map((node) => node.instanceId));
  const bare = [...(lookup.instances?.values() ?? [])]
    .filter((instance) => isUp(instance, lookup) && !seen.has(instance.id) && !pooled.has(instance.id))
    .map((instance) => workerOfInstance(instance, lookup));
  const intended = intendedWorkers(lookup, seen);
  const all = [...onNodes, ...bare, ...intended].sort((a, b) => (a.id < b.id ? -1 : 1));
  const staying = all.filter((worker) => worker.removal === undefined);
  return {
    workers: staying.filter((worker) => countsAsCapacity(worker, lookup)),
    lost: staying.filter((worker) => worker.node !== undefined && !countsAsCapacity(worker, lookup)),
    leaving: all.filter((worker) => worker.removal !== undefined),
    billable:
      all.filter((worker) => costsMoney(worker, lookup)).length +
      pool.filter(({ isBillable }) => isBillable).length,
    pool,
  };
}

function lookupOf(snapshot: Snapshot, options: FleetOptions): Lookup {
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
  const doomed = new Set([
    ...options.announcedGone,
    ...removals.map((removal) => removal.instanceId),
    ...undoneIn(snapshot.operations),
  ]);
  return { instances, launches, launchByInstance, removalByNode, doomed, options };
}

function isRemoving(operation: Operation, options: FleetOptions): boolean {
  if (operation.kind !== 'remove' || operation.step === 'aborting') return false;
  return !options.cancelledRemovals.has(operation.id);
}

/** Instances of launches that failed or are being undone. */
const undoneIn = oncePer((operations: readonly Operation[]): readonly string[] =>
  launchesIn(operations)
    .filter(({ step }) => step === 'undoing' || step === 'failed')
    .flatMap(({ instanceId = [] }) => instanceId),
);

function workerOfNode(node: Node, lookup: Lookup): Worker {
  const instance = lookup.instances?.get(node.instanceId ?? '');
  const launch = lookup.launchByInstance.get(node.instanceId ?? '');
  const unready = launch === undefined ? 'unready' : 'booting';
  return {
    id: node.name,
    state: node.isReady ? 'ready' : unready,
    node,
    instance,
    launch,
    removal: lookup.removalByNode.get(node.name),
    type: node.type ?? instance?.type,
    zone: node.zone ?? instance?.zone,
    lifecycle: node.lifecycle ?? instance?.lifecycle,
  };
}

function workerOfInstance(instance: Instance, lookup: Lookup): Worker {
  const { id, type, zone, lifecycle } = instance;
  const launch = lookup.launchByInstance.get(id);
  return {
    id,
    state: 'booting',
    node: undefined,
    instance,
    launch,
    removal: undefined,
    type,
    zone,
    lifecycle,
  };
}

/** Launches in flight of which neither a node nor an instance can be seen yet; a lost instance is not waited for. */
function intendedWorkers(lookup: Lookup, nodeInstances: ReadonlySet<string | undefined>): Worker[] {
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
        state: 'intended' as const,
        node: undefined,
        instance: undefined,
        launch,
        removal: undefined,
        type: parts?.type,
        zone: parts?.zone,
        lifecycle: parts?.lifecycle,
      };
    });
}

function countsAsCapacity(worker: Worker, lookup: Lookup): boolean {
  const { node, instance } = worker;
  if (isGoing(worker, lookup)) return false;
  if (worker.launch !== undefined) return true;
  if (isStranger(worker) || isPerhapsPooled(worker, lookup)) return false;
  return node === undefined
    ? mayStillJoin(instance, lookup)
    : node.isReady || isExcused(node, instance, lookup);
}

/** An instance of ours without a launch in the ledger: capacity that comes, until it has had its time to join. */
function mayStillJoin(instance: Instance | undefined, { options }: Lookup): boolean {
  return instance !== undefined && options.nowMs - instance.launchedAtMs < options.unreadyGraceMs;
}

/** Whether the machine is down, or about to be. */
function isGoing({ node, instance }: Worker, lookup: Lookup): boolean {
  if (lookup.doomed.has(node?.instanceId ?? instance?.id ?? '')) return true;
  return instance !== undefined && !isUp(instance, lookup);
}

/** Whether the instance runs or is about to: a stopped one does when a launch starts it. */
function isUp(instance: Instance, lookup: Lookup): boolean {
  if (isAlive(instance)) return true;
  return (
    isAsleepInPool(instance) && lookup.launchByInstance.get(instance.id)?.starts?.instanceId === instance.id
  );
}

/** While EC2 does not answer, a silent node that was never admitted may be one whose machine waits in the warm pool. */
function isPerhapsPooled({ node, instance }: Worker, { options }: Lookup): boolean {
  if (!options.keepsPool || instance !== undefined || node === undefined || node.isReady) return false;
  return node.taints.some(({ key }) => key === STARTUP_TAINT_KEY);
}

/** An unready node still counts for a while, unless EC2 knows no instance behind it. */
function isExcused(node: Node, instance: Instance | undefined, lookup: Lookup): boolean {
  if (instance === undefined && lookup.instances !== undefined) return false;
  const { nowMs, unreadyGraceMs } = lookup.options;
  return nowMs - (node.readyChangedAtMs ?? node.createdAtMs) < unreadyGraceMs;
}

function costsMoney(worker: Worker, lookup: Lookup): boolean {
  if (worker.instance !== undefined) return isUp(worker.instance, lookup);
  if (worker.launch !== undefined || lookup.instances === undefined) return true;
  return worker.node?.isReady === true;
}
