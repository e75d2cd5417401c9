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
import { podsByNode } from '../../model/pod-lists.ts';
import type { Pod } from '../../model/pod.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { NodeRow } from './page-view.ts';

/** A row for every worker and for every launch that has no node yet, each with why it stays, comes or goes. */
export function nodeRows(snapshot: Snapshot, plan: Plan): readonly NodeRow[] {
  const instances = snapshot.instances.status === 'known' ? snapshot.instances.value : [];
  const workers = snapshot.nodes.filter((n) => !n.isControlPlane);
  const context = contextOf(snapshot, plan, instances);
  const rows = workers.map((node) => nodeRow(node, context));
  const known = new Set(workers.map((n) => n.instanceId));
  const launches = snapshot.operations.filter(isInFlight);
  const booting = launches
    .map((launch) => ({ launch, instance: instanceOf(launch, instances) }))
    .filter(({ instance }) => instance === undefined || !known.has(instance.id))
    .map(({ launch, instance }) => bootingRow(launch, instance));
  return [...rows, ...booting].sort((a, b) => order(a) - order(b) || compare(a.name, b.name));
}

/** What the rows look up, laid out once: a fleet of thousands is drawn several times a second. */
interface RowContext {
  readonly snapshot: Snapshot;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
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
    pods: podsByNode(snapshot.pods),
    removals,
    launches,
    kept: new Map(plan.kept.map(({ nodeName, reason }) => [nodeName, reason.text])),
  };
}

function nodeRow(node: Node, context: RowContext): NodeRow {
  const { snapshot } = context;
  const instance = context.instances.get(node.instanceId ?? '');
  const pods = context.pods.get(node.name) ?? [];
  const removal = context.removals.get(node.name);
  return {
    name: node.name,
    zone: node.zone ?? null,
    type: node.type ?? null,
    lifecycle: node.lifecycle ?? null,
    state: stateOf(node, removal, instance),
    priceUsdPerHour: priceOf(instance),
    sinceMs: instance?.launchedAtMs ?? node.createdAtMs,
    cpuPercent: snapshot.utilization.nodeCpuPercent[node.name] ?? null,
    pods: pods.length,
    requestedCores: cores(pods),
    allocatableCores: node.allocatable.cpuMillis / 1000,
    why: why(node, removal, context),
  };
}

function bootingRow(launch: LaunchOperation, instance: Instance | undefined): NodeRow {
  return {
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

/** CPU that these pods ask for, in cores. */
export function cores(pods: readonly Pod[]): number {
  return pods.reduce((sum, pod) => sum + pod.requests.cpuMillis, 0) / 1000;
}

const ORDER: readonly NodeRow['state'][] = [
  'booting',
  'draining',
  'terminating',
  'not ready',
  'ready',
  'warm',
];

function order(row: NodeRow): number {
  return ORDER.indexOf(row.state);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
