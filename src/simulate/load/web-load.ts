import type { Node } from '../../model/node.ts';
import type { Pod } from '../../model/pod.ts';
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
  /** CPU that each node got, in millicores; less than it wanted where EC2 holds it to its baseline. */
  readonly usedCpuMillis: ReadonlyMap<string, number>;
}

/** What stands on one node, as long as no pod or node changes. */
interface NodeLayout {
  readonly node: Node;
  /** Running web pods, which share the load. */
  readonly webPods: number;
  readonly otherCpuMillis: number;
  /** Memory in use when web pods are idle, and what their being busy adds. */
  readonly idleMemoryMiB: number;
  readonly busyMemoryMiB: number;
}

/**
 * Users of the web Deployment: their demand in CPU millicores is shared evenly by the pods that run, and a horizontal
 * autoscaler sets the replicas by what the pods use. What the pods cannot give stays unserved.
 */
export class WebLoad {
  readonly #cluster: SimulatedCluster;
  readonly #autoscaler: HorizontalAutoscaler;
  readonly #demandMillis: () => number;
  readonly #cpuLimitMillis: (nodeName: string) => number | undefined;
  readonly #uid: string;
  #workload: Workload;
  #layout: { readonly version: number; readonly nodes: readonly NodeLayout[] } = { version: -1, nodes: [] };

  constructor(
    cluster: SimulatedCluster,
    workload: Workload,
    parts: {
      readonly demandMillis: () => number;
      /** The most CPU that a node gets now; `undefined`: all it has. */
      readonly cpuLimitMillis: (nodeName: string) => number | undefined;
    },
  ) {
    this.#cluster = cluster;
    this.#workload = workload;
    this.#uid = workloadUid(workload);
    this.#demandMillis = parts.demandMillis;
    this.#cpuLimitMillis = parts.cpuLimitMillis;
    this.#autoscaler = new HorizontalAutoscaler({ minReplicas: workload.replicas, maxReplicas: 2_000 });
  }

  /** Measures, and lets the autoscaler act on it. To be called every 15 seconds. */
  tick(nowMs: number): LoadReading {
    const demandMillis = this.#demandMillis();
    const layouts = this.#layouts();
    const running = layouts.reduce((sum, layout) => sum + layout.webPods, 0);
    const request = this.#workload.template.requests.cpuMillis;
    const perPod = running === 0 ? 0 : Math.min(demandMillis / running, request * CPU_LIMIT_FACTOR);
    let servedMillis = 0;
    const nodes = new Map<string, NodeReading>();
    const usedCpuMillis = new Map<string, number>();
    for (const layout of layouts) {
      const { node, webPods, otherCpuMillis } = layout;
      const wantedMillis = Math.min(
        webPods * perPod,
        Math.max(0, node.allocatable.cpuMillis - otherCpuMillis),
      );
      const limitMillis = this.#cpuLimitMillis(node.name) ?? node.allocatable.cpuMillis;
      const webMillis = Math.min(wantedMillis, Math.max(0, limitMillis - otherCpuMillis));
      const memoryMiB = layout.idleMemoryMiB + layout.busyMemoryMiB * Math.min(1, perPod / request);
      servedMillis += webMillis;
      usedCpuMillis.set(node.name, Math.min(limitMillis, otherCpuMillis + webMillis));
      nodes.set(node.name, {
        // What EC2 takes away shows as steal, which counts as load.
        cpuPercent: percentOf(otherCpuMillis + wantedMillis, node.allocatable.cpuMillis),
        memoryPercent: percentOf(memoryMiB, node.allocatable.memoryMiB),
        networkBytesPerSecond: webMillis * BYTES_PER_CPU_MILLI,
      });
    }
    this.#scale(running, servedMillis / request, nowMs);
    return { demandMillis, servedMillis, nodes, usedCpuMillis };
  }

  #layouts(): readonly NodeLayout[] {
    const { state, kubelets } = this.#cluster;
    if (this.#layout.version !== state.version) {
      const alive = state.nodes().filter((node) => kubelets.isAlive(node.name));
      const nodes = alive.map((node) => layoutOf(node, state.podsOn(node.name), this.#uid));
      this.#layout = { version: state.version, nodes };
    }
    return this.#layout.nodes;
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

function layoutOf(node: Node, pods: readonly Pod[], webUid: string): NodeLayout {
  let webPods = 0;
  let otherCpuMillis = NODE_BASE_CPU_MILLIS;
  let idleMemoryMiB = NODE_BASE_MEMORY_MIB;
  let busyMemoryMiB = 0;
  for (const pod of pods) {
    const { cpuMillis, memoryMiB } = pod.requests;
    idleMemoryMiB += memoryMiB * IDLE_MEMORY_SHARE;
    if (pod.owner?.uid !== webUid) {
      otherCpuMillis += cpuMillis * OTHER_CPU_SHARE;
      idleMemoryMiB += memoryMiB * BUSY_MEMORY_SHARE * OTHER_CPU_SHARE;
    } else if (pod.phase === 'Running' && pod.deletionRequestedAtMs === undefined) {
      webPods += 1;
      busyMemoryMiB += memoryMiB * BUSY_MEMORY_SHARE;
    }
  }
  return { node, webPods, otherCpuMillis, idleMemoryMiB, busyMemoryMiB };
}

function percentOf(used: number, of: number): number {
  return Math.min(100, (100 * used) / of);
}
