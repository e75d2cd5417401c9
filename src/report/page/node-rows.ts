import type { Instance } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import { instanceOf, isInFlight, type LaunchOperation, type RemoveOperation } from '../../model/operation.ts';
import type { Plan } from '../../model/plan.ts';
import { occupiesNode, type Pod } from '../../model/pod.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { NodeRow } from './page-view.ts';

/** A row for every worker and for every launch that has no node yet, each with why it stays, comes or goes. */
export function nodeRows(snapshot: Snapshot, plan: Plan): readonly NodeRow[] {
  const instances = snapshot.instances.status === 'known' ? snapshot.instances.value : [];
  const workers = snapshot.nodes.filter((n) => !n.isControlPlane);
  const pods = podsByNode(snapshot.pods);
  const rows = workers.map((node) =>
    nodeRow(node, { snapshot, plan, instances, pods: pods.get(node.name) ?? [] }),
  );
  const known = new Set(workers.map((n) => n.instanceId));
  const launches = snapshot.operations.filter(isInFlight);
  const booting = launches
    .map((launch) => ({ launch, instance: instanceOf(launch, instances) }))
    .filter(({ instance }) => instance === undefined || !known.has(instance.id))
    .map(({ launch, instance }) => bootingRow(launch, instance));
  return [...rows, ...booting].sort((a, b) => order(a) - order(b) || compare(a.name, b.name));
}

interface RowContext {
  readonly snapshot: Snapshot;
  readonly plan: Plan;
  readonly instances: readonly Instance[];
  readonly pods: readonly Pod[];
}

function nodeRow(node: Node, context: RowContext): NodeRow {
  const { snapshot, instances, pods } = context;
  const instance = instances.find((i) => i.id === node.instanceId);
  const removal = openRemoval(node, snapshot);
  return {
    name: node.name,
    zone: node.zone ?? null,
    type: node.type ?? null,
    lifecycle: node.lifecycle ?? null,
    state: stateOf(node, removal),
    priceUsdPerHour: instance?.priceUsdPerHour ?? null,
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

function stateOf(node: Node, removal: RemoveOperation | undefined): NodeRow['state'] {
  if (removal?.step === 'terminating') return 'terminating';
  if (removal !== undefined) return 'draining';
  return node.isReady ? 'ready' : 'not ready';
}

function why(node: Node, removal: RemoveOperation | undefined, { snapshot, plan }: RowContext): string {
  if (removal !== undefined) return removal.reasons.map((r) => r.text).join('; ');
  const kept = plan.kept.find((k) => k.nodeName === node.name);
  if (kept !== undefined) return kept.reason.text;
  const launch = snapshot.operations.find((o) => o.kind === 'launch' && o.instanceId === node.instanceId);
  return launch?.reasons.map((r) => r.text).join('; ') ?? '';
}

function openRemoval(node: Node, snapshot: Snapshot): RemoveOperation | undefined {
  return snapshot.operations.find(
    (o): o is RemoveOperation =>
      o.kind === 'remove' && o.nodeName === node.name && o.step !== 'removed' && o.step !== 'aborted',
  );
}

function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (!occupiesNode(pod) || pod.nodeName === undefined) continue;
    const there = byNode.get(pod.nodeName);
    if (there === undefined) byNode.set(pod.nodeName, [pod]);
    else there.push(pod);
  }
  return byNode;
}

/** CPU that these pods ask for, in cores. */
export function cores(pods: readonly Pod[]): number {
  return pods.reduce((sum, pod) => sum + pod.requests.cpuMillis, 0) / 1000;
}

const ORDER: readonly NodeRow['state'][] = ['booting', 'draining', 'terminating', 'not ready', 'ready'];

function order(row: NodeRow): number {
  return ORDER.indexOf(row.state);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
