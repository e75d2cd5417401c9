import { type Instance, isAsleepInPool } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import {
  hasEnded,
  instanceOf,
  isInFlight,
  type LaunchOperation,
  type RemoveOperation,
} from '../../model/operation.ts';
import type { Plan } from '../../model/plan.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { NodeRow } from './page-view.ts';
import { type NodeLoad, podFigures } from './pod-figures.ts';

/** A row for every worker and for every launch that has no node yet, each with why it stays, comes or goes; in no order. */
export function nodeRows(snapshot: Snapshot, plan: Plan): readonly NodeRow[] {
  const instances = snapshot.instances.status === 'known' ? snapshot.instances.value : [];
  const workers = snapshot.nodes.filter((n) => !n.isControlPlane);
  const context = contextOf(snapshot, plan, instances);
  const rows = workers.map((node) => nodeRow(node, context));
  const known = new Set(workers.map((n) => n.instanceId));
  const booting = snapshot.operations
    .filter(isInFlight)
    .map((launch) => ({ launch, instance: instanceOf(launch, instances) }))
    .filter(({ instance }) => instance === undefined || !known.has(instance.id))
    .map(({ launch, instance }) => bootingRow(launch, instance));
  return [...rows, ...booting];
}

/** What changes comes first, then by name. */
export function compareNodeRows(a: NodeRow, b: NodeRow): number {
  return ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || compare(a.name, b.name) || compare(a.id, b.id);
}

const NO_LOAD: NodeLoad = { pods: 0, requestedCpuMillis: 0 };

/** What the rows look up, laid out once: a fleet of thousands is drawn several times a second. */
interface RowContext {
  readonly snapshot: Snapshot;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly loads: ReadonlyMap<string, NodeLoad>;
  /** Removals that have not ended, by node. */
  readonly removals: ReadonlyMap<string, RemoveOperation>;
  /** Launches by the instance that they made. */
  readonly launches: ReadonlyMap<string, LaunchOperation>;
  /** Why each worker stays, by node. */
  readonly kept: ReadonlyMap<string, string>;
}

function contextOf(snapshot: Snapshot, plan: Plan, instances: readonly Instance[]): RowContext {
  const removals = new Map<string, RemoveOperation>();
  const launches = new Map<string, LaunchOperation>();
  for (const operation of snapshot.operations.toReversed()) {
    if (operation.kind === 'remove') {
      if (!hasEnded(operation)) removals.set(operation.nodeName, operation);
    } else if (operation.instanceId !== undefined) {
      launches.set(operation.instanceId, operation);
    }
  }
  return {
    snapshot,
    instances: new Map(instances.map((instance) => [instance.id, instance])),
    loads: podFigures(snapshot.pods).loads,
    removals,
    launches,
    kept: new Map(plan.kept.map(({ nodeName, reason }) => [nodeName, reason.text])),
  };
}

function nodeRow(node: Node, context: RowContext): NodeRow {
  const { snapshot } = context;
  const instance = context.instances.get(node.instanceId ?? '');
  const { pods, requestedCpuMillis } = context.loads.get(node.name) ?? NO_LOAD;
  const removal = context.removals.get(node.name);
  return {
    id: node.name,
    name: node.name,
    zone: node.zone ?? null,
    type: node.type ?? null,
    lifecycle: node.lifecycle ?? null,
    state: stateOf(node, removal, instance),
    priceUsdPerHour: priceOf(instance),
    sinceMs: instance?.launchedAtMs ?? node.createdAtMs,
    cpuPercent: snapshot.utilization.nodeCpuPercent[node.name] ?? null,
    pods,
    requestedCores: requestedCpuMillis / 1000,
    allocatableCores: node.allocatable.cpuMillis / 1000,
    why: why(node, removal, context),
  };
}

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
    why: launch.reasons.map((r) => r.text).join('; '),
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
  return isAsleepInPool(instance) ? 0 : (instance.priceUsdPerHour ?? null);
}

function stateOf(
  node: Node,
  removal: RemoveOperation | undefined,
  instance: Instance | undefined,
): NodeRow['state'] {
  if (removal?.step === 'terminating') return 'terminating';
  if (removal !== undefined) return 'draining';
  if (instance !== undefined && isAsleepInPool(instance)) return 'warm';
  return node.isReady ? 'ready' : 'not ready';
}

function why(node: Node, removal: RemoveOperation | undefined, { kept, launches }: RowContext): string {
  if (removal !== undefined) return removal.reasons.map((r) => r.text).join('; ');
  const launch = launches.get(node.instanceId ?? '');
  return kept.get(node.name) ?? launch?.reasons.map((r) => r.text).join('; ') ?? '';
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
