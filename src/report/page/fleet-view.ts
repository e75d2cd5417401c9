import { fleetCost } from '../../model/fleet-cost.ts';
import { isAlive } from '../../model/instance.ts';
import type { Node } from '../../model/node.ts';
import type { Plan } from '../../model/plan.ts';
import type { Signal } from '../../model/signal.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { PageView, PlotPoint } from './page-view.ts';
import { podFigures } from './pod-figures.ts';

/** The figures that one decision's snapshot and plan fill. */
export type FleetView = Omit<
  PageView,
  'clusterName' | 'nowMs' | 'minNodes' | 'maxNodes' | 'nodes' | 'decisions' | 'policies' | 'notices'
>;

/** What the page says before the first decision. */
export const NOTHING_DECIDED: FleetView = {
  readyNodes: 0,
  currentNodes: 0,
  desiredNodes: 0,
  pendingPods: 0,
  cpuPercent: null,
  memoryPercent: null,
  costUsdPerHour: null,
  unpricedInstances: 0,
  spotNodes: 0,
};

/** The fleet as a decision saw it. */
export function fleetView(snapshot: Snapshot, plan: Plan): FleetView {
  return {
    readyNodes: readyWorkers(snapshot).length,
    currentNodes: plan.currentNodes,
    desiredNodes: plan.desiredNodes,
    pendingPods: podFigures(snapshot.pods).pending,
    cpuPercent: latest(snapshot.utilization.cpuPercent),
    memoryPercent: latest(snapshot.utilization.memoryPercent),
    ...moneyView(snapshot),
  };
}

/** The moment of the plot that a snapshot shows. */
export function plotPoint(snapshot: Snapshot, atMs: number): PlotPoint {
  const ready = readyWorkers(snapshot);
  const capacityCores = ready.reduce((sum, node) => sum + node.allocatable.cpuMillis, 0) / 1000;
  const cpu = latest(snapshot.utilization.cpuPercent);
  const asking = snapshot.pods.filter(
    (p) => p.owner?.kind !== 'DaemonSet' && p.phase !== 'Succeeded' && p.phase !== 'Failed',
  );
  return {
    atMs,
    busyCores: cpu === null ? null : (cpu / 100) * capacityCores,
    requestedCores: asking.reduce((sum, pod) => sum + pod.requests.cpuMillis, 0) / 1000,
    capacityCores,
    readyNodes: ready.length,
    pendingPods: podFigures(snapshot.pods).pending,
  };
}

/** What the fleet costs and how it is bought; `null` for what nobody knows while EC2 does not answer. */
function moneyView({
  instances,
}: Snapshot): Pick<PageView, 'costUsdPerHour' | 'unpricedInstances' | 'spotNodes'> {
  if (instances.status === 'unknown') return { costUsdPerHour: null, unpricedInstances: 0, spotNodes: 0 };
  const { usdPerHour, unpriced } = fleetCost(instances.value);
  const spot = instances.value.filter((i) => isAlive(i) && i.lifecycle === 'spot');
  return { costUsdPerHour: usdPerHour, unpricedInstances: unpriced, spotNodes: spot.length };
}

function readyWorkers(snapshot: Snapshot): readonly Node[] {
  return snapshot.nodes.filter((n) => !n.isControlPlane && n.isReady);
}

function latest(signal: Signal): number | null {
  return signal.status === 'known' ? (signal.samples.at(-1)?.value ?? null) : null;
}
