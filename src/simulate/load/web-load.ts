import { occupiesNode, type Pod } from '../../model/pod.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import { type Workload, workloadUid } from '../cluster/workload.ts';
import { HorizontalAutoscaler } from './horizontal-autoscaler.ts';
import type { NodeReading } from './simulated-telemetry.ts';

/** CPU that a worker spends on itself and its agents. */
const NODE_BASE_CPU_MILLIS = 60;
const NODE_BASE_MEMORY_MIB = 90;
/** Share of its request that an idle and a fully used pod keep in memory. */
const IDLE_MEMORY_SHARE = 0.45;
const BUSY_MEMORY_SHARE = 0.35;
/** How much CPU beyond its request a pod may use while its node has some left. */
const CPU_LIMIT_FACTOR = 2;
/** What other pods use of the CPU they request. */
const OTHER_CPU_SHARE = 0.3;
const BYTES_PER_CPU_MILLI = 2_000;

/** What one look at the load showed. */
export interface LoadReading {
  readonly demandMillis: number;
  /** What the web pods could give to it. */
  readonly servedMillis: number;
  readonly nodes: ReadonlyMap<string, NodeReading>;
}

/**
 * Users of the web Deployment: their demand in CPU millicores is shared evenly by the pods that run, and a horizontal
 * autoscaler sets the replicas by what the pods use. What the pods cannot give stays unserved.
 */
export class WebLoad {
  readonly #cluster: SimulatedCluster;
  readonly #autoscaler: HorizontalAutoscaler;
  readonly #demandMillis: () => number;
  #workload: Workload;

  constructor(cluster: SimulatedCluster, workload: Workload, demandMillis: () => number) {
    this.#cluster = cluster;
    this.#workload = workload;
    this.#demandMillis = demandMillis;
    this.#autoscaler = new HorizontalAutoscaler({ minReplicas: workload.replicas, maxReplicas: 2_000 });
  }

  /** Measures, and lets the autoscaler act on it. To be called every 15 seconds. */
  tick(nowMs: number): LoadReading {
    const demandMillis = this.#demandMillis();
    const running = this.#running();
    const request = this.#workload.template.requests.cpuMillis;
    const perPod = Math.min(
      running.length === 0 ? 0 : demandMillis / running.length,
      request * CPU_LIMIT_FACTOR,
    );
    const web = new Set(running.map((pod) => pod.uid));
    let servedMillis = 0;
    const nodes = new Map<string, NodeReading>();
    for (const node of this.#cluster.state.nodes()) {
      if (!this.#cluster.kubelets.isAlive(node.name)) continue;
      const pods = this.#cluster.state.podsOn(node.name).filter(occupiesNode);
      const use = usage(pods, web, perPod);
      const room = Math.max(0, node.allocatable.cpuMillis - use.otherMillis);
      const webMillis = Math.min(use.webMillis, room);
      servedMillis += webMillis;
      nodes.set(node.name, {
        cpuPercent: Math.min(100, (100 * (use.otherMillis + webMillis)) / node.allocatable.cpuMillis),
        memoryPercent: Math.min(100, (100 * use.memoryMiB) / node.allocatable.memoryMiB),
        networkBytesPerSecond: webMillis * BYTES_PER_CPU_MILLI,
      });
    }
    this.#scale(running.length, servedMillis / request, nowMs);
    return { demandMillis, servedMillis, nodes };
  }

  #running(): readonly Pod[] {
    return this.#cluster.state
      .podsOf(workloadUid(this.#workload))
      .filter(
        (pod) =>
          pod.phase === 'Running' &&
          pod.deletionRequestedAtMs === undefined &&
          pod.nodeName !== undefined &&
          this.#cluster.kubelets.isAlive(pod.nodeName),
      );
  }

  #scale(running: number, usedRequests: number, nowMs: number): void {
    const replicas = this.#autoscaler.desired({
      replicas: this.#workload.replicas,
      running,
      usedRequests,
      nowMs,
    });
    if (replicas === this.#workload.replicas) return;
    this.#workload = { ...this.#workload, replicas };
    this.#cluster.apply(this.#workload);
  }
}

function usage(
  pods: readonly Pod[],
  web: ReadonlySet<string>,
  perPod: number,
): { readonly webMillis: number; readonly otherMillis: number; readonly memoryMiB: number } {
  let webMillis = 0;
  let otherMillis = NODE_BASE_CPU_MILLIS;
  let memoryMiB = NODE_BASE_MEMORY_MIB;
  for (const pod of pods) {
    const isWeb = web.has(pod.uid);
    const busy = isWeb ? Math.min(1, perPod / pod.requests.cpuMillis) : OTHER_CPU_SHARE;
    if (isWeb) webMillis += perPod;
    else otherMillis += pod.requests.cpuMillis * OTHER_CPU_SHARE;
    memoryMiB += pod.requests.memoryMiB * (IDLE_MEMORY_SHARE + BUSY_MEMORY_SHARE * busy);
  }
  return { webMillis, otherMillis, memoryMiB };
}
