import type { Node } from '../../model/node.ts';
import { occupiesNode, type Pod } from '../../model/pod.ts';
import type { SimulatedCluster } from '../cluster/simulated-cluster.ts';
import { type Workload, workloadUid } from '../cluster/workload.ts';
import { HorizontalAutoscaler } from './horizontal-autoscaler.ts';
import type { NodeReading } from './node-reading.ts';

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
  /** What the pods that serve it could give to it. */
  readonly servedMillis: number;
  readonly nodes: ReadonlyMap<string, NodeReading>;
  /** CPU that each node got, in millicores; less than it wanted where EC2 holds it to its baseline. */
  readonly usedCpuMillis: ReadonlyMap<string, number>;
}

/** A Deployment that serves a part of the users' demand; a horizontal autoscaler sets its replicas. */
export interface ServingWorkload {
  readonly workload: Workload;
  /** Which part of the demand is its own, 0..1. */
  readonly share: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** What stands on one node, as long as no pod or node changes. */
interface NodeLayout {
  readonly node: Node;
  /** Running pods of each serving workload, which share its load. */
  readonly servingPods: readonly number[];
  readonly otherCpuMillis: number;
  /** Memory in use when the serving pods are idle, and what each workload's being busy adds. */
  readonly idleMemoryMiB: number;
  readonly busyMemoryMiB: readonly number[];
}

/** What the metrics server knew of a workload's pods at one look. */
interface Measured {
  readonly running: number;
  readonly usedMillis: number;
}

interface Served extends ServingWorkload {
  readonly uid: string;
  readonly requestMillis: number;
  readonly autoscaler: HorizontalAutoscaler;
}

/**
 * Users of the workloads that serve them: each workload's part of the demand, in CPU millicores, is shared evenly by its pods that
 * run, and a horizontal autoscaler sets the replicas by what the pods use. What the pods cannot give stays unserved.
 */
export class WebLoad {
  readonly #cluster: SimulatedCluster;
  readonly #demandMillis: () => number;
  readonly #cpuLimitMillis: (nodeName: string) => number | undefined;
  readonly #served: readonly Served[];
  readonly #lagTicks: number;
  /** What the pods of each workload used at the latest looks, the oldest first. */
  #measured: (readonly Measured[])[] = [];
  #layout: { readonly version: number; readonly nodes: readonly NodeLayout[] } = { version: -1, nodes: [] };

  constructor(
    cluster: SimulatedCluster,
    serving: readonly ServingWorkload[],
    parts: {
      readonly demandMillis: () => number;
      /** The most CPU that a node gets now; `undefined`: all it has. */
      readonly cpuLimitMillis: (nodeName: string) => number | undefined;
      /** How many looks old the metrics are that the autoscalers see. @default 0 */
      readonly lagTicks?: number;
    },
  ) {
    this.#cluster = cluster;
    this.#demandMillis = parts.demandMillis;
    this.#cpuLimitMillis = parts.cpuLimitMillis;
    this.#lagTicks = parts.lagTicks ?? 0;
    this.#served = serving.map((one) => ({
      ...one,
      uid: workloadUid(one.workload),
      requestMillis: one.workload.template.requests.cpuMillis,
      autoscaler: new HorizontalAutoscaler(one),
    }));
  }

  /** Measures, and lets the autoscalers act on it. To be called every 15 seconds. */
  tick(nowMs: number): LoadReading {
    const demandMillis = this.#demandMillis();
    const layouts = this.#layouts();
    const running = this.#served.map((_, i) => sum(layouts, ({ servingPods }) => servingPods[i] ?? 0));
    const perPod = this.#served.map(({ share, requestMillis }, i) => {
      const pods = running[i] ?? 0;
      return pods === 0 ? 0 : Math.min((demandMillis * share) / pods, requestMillis * CPU_LIMIT_FACTOR);
    });
    const used = this.#served.map(() => 0);
    const nodes = new Map<string, NodeReading>();
    const usedCpuMillis = new Map<string, number>();
    for (const layout of layouts) {
      const { reading, usedMillis } = this.#read(layout, perPod, used);
      nodes.set(layout.node.name, reading);
      usedCpuMillis.set(layout.node.name, usedMillis);
    }
    this.#measured.push(running.map((pods, i) => ({ running: pods, usedMillis: used[i] ?? 0 })));
    if (this.#measured.length > this.#lagTicks + 1) this.#measured.shift();
    for (const [i, served] of this.#served.entries()) this.#scale(served, this.#measured[0]?.[i], nowMs);
    return { demandMillis, servedMillis: sum(used, (millis) => millis), nodes, usedCpuMillis };
  }

  /** What the node shows when its pods do what is asked of them; adds to `used` what each workload gets. */
  #read(
    layout: NodeLayout,
    perPod: readonly number[],
    used: number[],
  ): { readonly reading: NodeReading; readonly usedMillis: number } {
    const { node, servingPods, otherCpuMillis, busyMemoryMiB } = layout;
    const { allocatable } = node;
    const asked = servingPods.map((pods, i) => pods * (perPod[i] ?? 0));
    const askedMillis = sum(asked, (millis) => millis);
    const wantedMillis = Math.min(askedMillis, Math.max(0, allocatable.cpuMillis - otherCpuMillis));
    const limitMillis = this.#cpuLimitMillis(node.name) ?? allocatable.cpuMillis;
    const servedMillis = Math.min(wantedMillis, Math.max(0, limitMillis - otherCpuMillis));
    const share = askedMillis === 0 ? 0 : servedMillis / askedMillis;
    let memoryMiB = layout.idleMemoryMiB;
    for (const [i, { requestMillis }] of this.#served.entries()) {
      used[i] = (used[i] ?? 0) + (asked[i] ?? 0) * share;
      memoryMiB += (busyMemoryMiB[i] ?? 0) * Math.min(1, (perPod[i] ?? 0) / requestMillis);
    }
    const reading = {
      // What EC2 takes away shows as steal, which counts as load.
      cpuPercent: percentOf(otherCpuMillis + wantedMillis, allocatable.cpuMillis),
      memoryPercent: percentOf(memoryMiB, allocatable.memoryMiB),
      networkBytesPerSecond: servedMillis * BYTES_PER_CPU_MILLI,
    };
    return { reading, usedMillis: Math.min(limitMillis, otherCpuMillis + servedMillis) };
  }

  #layouts(): readonly NodeLayout[] {
    const { state, kubelets } = this.#cluster;
    if (this.#layout.version !== state.version) {
      const alive = state.nodes().filter((node) => kubelets.isAlive(node.name));
      const uids = this.#served.map(({ uid }) => uid);
      const nodes = alive.map((node) => layoutOf(node, state.podsOn(node.name), uids));
      this.#layout = { version: state.version, nodes };
    }
    return this.#layout.nodes;
  }

  #scale({ uid, autoscaler, requestMillis }: Served, measured: Measured | undefined, nowMs: number): void {
    const workload = this.#cluster.workload(uid);
    if (workload === undefined || measured === undefined) return;
    const { running } = measured;
    const usedRequests = measured.usedMillis / requestMillis;
    const replicas = autoscaler.desired({ replicas: workload.replicas, running, usedRequests, nowMs });
    if (replicas !== workload.replicas) this.#cluster.apply({ ...workload, replicas });
  }
}

function layoutOf(node: Node, pods: readonly Pod[], servingUids: readonly string[]): NodeLayout {
  const servingPods = servingUids.map(() => 0);
  const busyMemoryMiB = servingUids.map(() => 0);
  let otherCpuMillis = NODE_BASE_CPU_MILLIS;
  let idleMemoryMiB = NODE_BASE_MEMORY_MIB;
  for (const pod of pods) {
    if (!occupiesNode(pod)) continue;
    const { cpuMillis, memoryMiB } = pod.requests;
    idleMemoryMiB += memoryMiB * IDLE_MEMORY_SHARE;
    const i = pod.owner === undefined ? -1 : servingUids.indexOf(pod.owner.uid);
    if (i < 0) {
      otherCpuMillis += cpuMillis * OTHER_CPU_SHARE;
      idleMemoryMiB += memoryMiB * BUSY_MEMORY_SHARE * OTHER_CPU_SHARE;
    } else if (pod.phase === 'Running' && pod.deletionRequestedAtMs === undefined) {
      servingPods[i] = (servingPods[i] ?? 0) + 1;
      busyMemoryMiB[i] = (busyMemoryMiB[i] ?? 0) + memoryMiB * BUSY_MEMORY_SHARE;
    }
  }
  return { node, servingPods, otherCpuMillis, idleMemoryMiB, busyMemoryMiB };
}

function sum<T>(all: readonly T[], amount: (one: T) => number): number {
  return all.reduce((total, one) => total + amount(one), 0);
}

function percentOf(used: number, of: number): number {
  return Math.min(100, (100 * used) / of);
}
