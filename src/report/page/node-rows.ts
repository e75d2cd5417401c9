import { type Instance, isStoppedInPool } from '../../model/instance.ts';
import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { Node } from '../../model/node.ts';
import {
  hasEnded,
  instanceOf,
  isInFlight,
  type LaunchOperation,
  type Operation,
  type RemoveOperation,
} from '../../model/operation.ts';
import type { Plan } from '../../model/plan.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { NodeRow } from './page-view.ts';
import type { NodeLoad } from './pod-tally.ts';

/** What a worker's row is made of. */
export interface NodeParts {
  readonly node: Node;
  readonly instance: Instance | undefined;
  /** A removal that has not ended. */
  readonly removal: RemoveOperation | undefined;
  /** The launch that made the instance. */
  readonly launch: LaunchOperation | undefined;
  /** Why the plan lets it stay. */
  readonly kept: string | undefined;
  readonly cpuPercent: number | undefined;
  readonly pods: number;
  readonly requestedCpuMillis: number;
}

/** Where the parts of rows are looked up, laid out once a decision: a fleet of thousands is drawn several times a second. */
export class RowSources {
  readonly #snapshot: Snapshot;
  readonly #loads: ReadonlyMap<string, NodeLoad>;
  readonly #instances: ReadonlyMap<string, Instance>;
  readonly #removals = new Map<string, RemoveOperation>();
  readonly #launches = new Map<string, LaunchOperation>();
  readonly #kept = new Map<string, string>();

  constructor(snapshot: Snapshot, plan: Plan, loads: ReadonlyMap<string, NodeLoad>) {
    this.#snapshot = snapshot;
    this.#loads = loads;
    this.#instances = byId(instancesOf(snapshot));
    for (const operation of snapshot.operations.toReversed()) {
      if (operation.kind === 'remove') {
        if (!hasEnded(operation)) this.#removals.set(operation.nodeName, operation);
      } else if (operation.instanceId !== undefined) {
        this.#launches.set(operation.instanceId, operation);
      }
    }
    for (const { nodeName, reason } of plan.kept) this.#kept.set(nodeName, reason.text);
  }

  partsOf(node: Node): NodeParts {
    const { name, instanceId = '' } = node;
    const { pods, requestedCpuMillis } = this.#loads.get(name) ?? NO_LOAD;
    return {
      node,
      instance: this.#instances.get(instanceId),
      removal: this.#removals.get(name),
      launch: this.#launches.get(instanceId),
      kept: this.#kept.get(name),
      cpuPercent: this.#snapshot.utilization.nodeCpuPercent[name],
      pods,
      requestedCpuMillis,
    };
  }
}

/** The row of a worker. */
export function nodeRow({ node, instance, removal, launch, kept, ...load }: NodeParts): NodeRow {
  return {
    id: node.name,
    name: node.name,
    zone: node.zone ?? null,
    type: node.type ?? null,
    lifecycle: node.lifecycle ?? null,
    state: stateOf(node, removal, instance),
    priceUsdPerHour: priceOf(instance),
    sinceMs: instance?.launchedAtMs ?? node.createdAtMs,
    cpuPercent: load.cpuPercent ?? null,
    pods: load.pods,
    requestedCores: load.requestedCpuMillis / 1000,
    allocatableCores: node.allocatable.cpuMillis / 1000,
    why: removal === undefined ? (kept ?? textsOf(launch)) : textsOf(removal),
  };
}

/** A row for every launch that has no node yet. */
export function bootingRows(snapshot: Snapshot): readonly NodeRow[] {
  const launches = snapshot.operations.filter(isInFlight);
  if (launches.length === 0) return [];
  const instances = instancesOf(snapshot);
  const nodes = new Set(snapshot.nodes.filter((n) => !n.isControlPlane).map((n) => n.instanceId));
  return launches
    .map((launch) => ({ launch, instance: instanceOf(launch, instances) }))
    .filter(({ instance }) => instance === undefined || !nodes.has(instance.id))
    .map(({ launch, instance }) => bootingRow(launch, instance));
}

/** What changes comes first, then by name. */
export function compareNodeRows(a: NodeRow, b: NodeRow): number {
  return ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || compare(a.name, b.name) || compare(a.id, b.id);
}

const NO_LOAD: NodeLoad = { pods: 0, requestedCpuMillis: 0 };

const byId = memoizeByIdentity(
  (instances: readonly Instance[]): ReadonlyMap<string, Instance> =>
    new Map(instances.map((instance) => [instance.id, instance])),
);

function instancesOf({ instances }: Snapshot): readonly Instance[] {
  return instances.status === 'known' ? instances.value : NO_INSTANCES;
}

const NO_INSTANCES: readonly Instance[] = [];

function bootingRow(launch: LaunchOperation, instance: Instance | undefined): NodeRow {
  return {
    id: launch.id,
    name: instance?.id ?? launch.instanceId ?? 'asked for',
    ...(instance === undefined ? offered(launch) : placed(instance)),
    state: 'booting',
    priceUsdPerHour: instance?.priceUsdPerHour ?? null,
    sinceMs: launch.launchedAtMs ?? launch.createdAtMs,
    cpuPercent: null,
    pods: 0,
    requestedCores: 0,
    allocatableCores: null,
    why: textsOf(launch),
  };
}

function placed({ type, zone, lifecycle }: Instance): Pick<NodeRow, 'type' | 'zone' | 'lifecycle'> {
  return { type, zone, lifecycle };
}

function offered(launch: LaunchOperation): Pick<NodeRow, 'type' | 'zone' | 'lifecycle'> {
  const [type = null, zone = null, lifecycle = null] = (launch.offering ?? launch.offerings[0] ?? '').split(
    '/',
  );
  return { type, zone, lifecycle };
}

/** A stopped machine costs its disk alone, which no price here counts. */
function priceOf(instance: Instance | undefined): number | null {
  if (instance === undefined) return null;
  return isStoppedInPool(instance) ? 0 : (instance.priceUsdPerHour ?? null);
}

function stateOf(
  node: Node,
  removal: RemoveOperation | undefined,
  instance: Instance | undefined,
): NodeRow['state'] {
  if (removal?.step === 'terminating') return 'terminating';
  if (removal !== undefined) return 'draining';
  if (instance !== undefined && isStoppedInPool(instance)) return 'warm';
  return node.isReady ? 'ready' : 'not ready';
}

function textsOf(operation: Operation | undefined): string {
  return operation?.reasons.map(({ text }) => text).join('; ') ?? '';
}

const ORDER: readonly NodeRow['state'][] = [
  'booting',
  'draining',
  'terminating',
  'not ready',
  'ready',
  'warm',
];

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
