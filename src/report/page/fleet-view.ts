import { fleetCost } from '../../model/fleet-cost.ts';
import { type Instance, isAlive } from '../../model/instance.ts';
import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { Node } from '../../model/node.ts';
import type { Plan } from '../../model/plan.ts';
import type { Signal } from '../../model/signal.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { PageView, PlotPoint } from './page-view.ts';
import type { PodFigures } from './pod-tally.ts';

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
export function fleetView(snapshot: Snapshot, plan: Plan, { pending }: PodFigures): FleetView {
  return {
    readyNodes: readyAmong(snapshot.nodes).length,
    currentNodes: plan.currentNodes,
    desiredNodes: plan.desiredNodes,
    pendingPods: pending,
    cpuPercent: latest(snapshot.utilization.cpuPercent),
    memoryPercent: latest(snapshot.utilization.memoryPercent),
    ...moneyView(snapshot),
  };
}

/** The moment of the plot that a snapshot shows. */
export function plotPoint(snapshot: Snapshot, atMs: number): PlotPoint {
  const waiting = snapshot.pods.filter(
    (p) => p.nodeName === undefined && p.unschedulableSinceMs !== undefined,
  );
  const ready = readyAmong(snapshot.nodes);
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
    pendingPods: waiting.length,
  };
}

type MoneyView = Pick<PageView, 'costUsdPerHour' | 'unpricedInstances' | 'spotNodes'>;

/** What the fleet costs and how it is bought; `null` for what nobody knows while EC2 does not answer. */
function moneyView({ instances }: Snapshot): MoneyView {
  return instances.status === 'unknown' ? NO_MONEY : moneyOf(instances.value);
}

const NO_MONEY: MoneyView = { costUsdPerHour: null, unpricedInstances: 0, spotNodes: 0 };

const moneyOf = memoizeByIdentity((instances: readonly Instance[]): MoneyView => {
  const { usdPerHour, unpriced } = fleetCost(instances);
  const spot = instances.filter((i) => isAlive(i) && i.lifecycle === 'spot');
  return { costUsdPerHour: usdPerHour, unpricedInstances: unpriced, spotNodes: spot.length };
});

const readyAmong = memoizeByIdentity((nodes: readonly Node[]) =>
  nodes.filter((n) => !n.isControlPlane && n.isReady),
);

function latest(signal: Signal): number | null {
  return signal.status === 'known' ? (signal.samples.at(-1)?.value ?? null) : null;
}
