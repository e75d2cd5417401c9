import { csiNodeResource } from '../../../src/adapters/kubernetes/read/attach-limits.ts';
import { disruptionBudgetResource } from '../../../src/adapters/kubernetes/read/disruption-budget-resource.ts';
import { JoinedPods } from '../../../src/adapters/kubernetes/read/joined-pods.ts';
import { namespaceResource } from '../../../src/adapters/kubernetes/read/namespace-resource.ts';
import { nodeResource } from '../../../src/adapters/kubernetes/read/node-resource.ts';
import { podResource } from '../../../src/adapters/kubernetes/read/pod-resource.ts';
import {
  claimResource,
  storageClassResource,
  volumeResource,
} from '../../../src/adapters/kubernetes/read/volume-resource.ts';
import {
  daemonSetResource,
  replicaSetResource,
  statefulSetResource,
} from '../../../src/adapters/kubernetes/read/workload-resource.ts';
import type { KubeResource, RawObject } from '../../../src/adapters/kubernetes/watch/kube-resource.ts';
import { ObjectStore } from '../../../src/adapters/kubernetes/watch/object-store.ts';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';
import type { ClusterView } from '../../../src/ports.ts';
import { ZONES } from './bench-world.ts';
import { rawDaemonPod, rawDaemonSet, rawNode } from './raw-nodes.ts';
import { rawBudget, rawOwner, rawPod, type Workload } from './raw-workloads.ts';

/** Pods of workloads on a node; DaemonSets add theirs. */
export const PODS_PER_NODE = 17;
export const DAEMONS = 3;
const BOUND_AT = '2026-11-01T00:00:00Z';

interface BoundPod {
  readonly workload: Workload;
  readonly name: string;
  readonly nodeName: string;
}

/** What a bench cluster is made of. */
export interface BenchClusterParts {
  readonly nodes: number;
  readonly allocatableCpuMillis: number;
  /** Their pods are bound, evenly over the nodes. */
  readonly standing: readonly Workload[];
  /** Their pods wait. */
  readonly pending: readonly Workload[];
  /** A pod of it stands on each node beside the others. */
  readonly onEachNode: Workload | undefined;
  readonly pendingSince: string;
}

/** A cluster of raw Kubernetes objects, read by the projections, stores and joins that a live cluster is read by. */
export class BenchCluster {
  readonly #clock = new SystemClock();
  readonly #pods = this.#store(podResource());
  readonly #nodes = this.#store(nodeResource);
  readonly #budgets = this.#store(disruptionBudgetResource);
  readonly #daemons = this.#store(daemonSetResource);
  readonly #replicaSets = this.#store(replicaSetResource);
  readonly #statefulSets = this.#store(statefulSetResource);
  readonly #joined: JoinedPods;
  readonly #bound: BoundPod[] = [];
  readonly #lists: Omit<ClusterView, 'pods'>;
  #replaced = 0;

  constructor(parts: BenchClusterParts) {
    this.#joined = new JoinedPods({
      pods: this.#pods,
      replicaSets: this.#replicaSets,
      statefulSets: this.#statefulSets,
      claims: this.#store(claimResource),
      volumes: this.#store(volumeResource),
      storageClasses: this.#store(storageClassResource),
      csiNodes: this.#store(csiNodeResource),
      namespaces: this.#store(namespaceResource),
    });
    const names = this.#addNodes(parts);
    this.#bindAll(parts, names);
    for (const workload of parts.pending) this.#addWaiting(workload, parts.pendingSince);
    this.#lists = {
      nodes: [...this.#nodes.values()],
      budgets: [...this.#budgets.values()],
      daemons: [...this.#daemons.values()],
    };
  }

  view(): ClusterView {
    return { ...this.#lists, pods: this.#joined.list() };
  }

  /** Replaces this many bound pods by equal ones of another name, as rollouts do. */
  replacePods(count: number): void {
    for (let i = 0; i < count; i += 1) {
      this.#replaced += 1;
      const at = (this.#replaced * 7919) % this.#bound.length;
      const old = this.#bound[at];
      if (old === undefined) return;
      this.#pods.remove(this.#raw(old));
      const fresh = { ...old, name: `${old.workload.name}-again-${this.#replaced}` };
      this.#bound[at] = fresh;
      this.#pods.put(this.#raw(fresh));
    }
  }

  #addNodes({ nodes, allocatableCpuMillis }: BenchClusterParts): readonly string[] {
    const controlPlane = rawNode({ index: -1, allocatableCpuMillis, isControlPlane: true });
    this.#nodes.put(controlPlane);
    for (let daemon = 0; daemon < DAEMONS; daemon += 1) this.#daemons.put(rawDaemonSet(daemon));
    return Array.from({ length: nodes }, (_, index) => {
      const raw = rawNode({ index, allocatableCpuMillis, isControlPlane: false });
      const { name } = raw.metadata;
      this.#nodes.put(raw);
      for (let daemon = 0; daemon < DAEMONS; daemon += 1) this.#pods.put(rawDaemonPod(daemon, name));
      return name;
    });
  }

  /** Pods that may not be moved share nodes of their own, as few as hold them, so that other nodes may go. */
  #bindAll({ standing, onEachNode }: BenchClusterParts, names: readonly string[]): void {
    const guarded = standing.filter(isGuarded);
    const share = guarded.reduce((sum, { replicas }) => sum + replicas, 0) / PODS_PER_NODE;
    const own = Math.max(1, Math.floor(share));
    this.#bindOver(guarded, names.slice(0, own));
    this.#bindOver(
      standing.filter((workload) => !isGuarded(workload)),
      names.slice(own),
    );
    if (onEachNode === undefined) return;
    this.#addOwner(onEachNode);
    names.forEach((nodeName, index) => {
      this.#bind({ workload: onEachNode, name: `${onEachNode.name}-${index}`, nodeName });
    });
  }

  /** One node after another; workloads of one zone skip the nodes of others. */
  #bindOver(workloads: readonly Workload[], names: readonly string[]): void {
    let next = 0;
    for (const workload of workloads) {
      this.#addOwner(workload);
      for (let replica = 0; replica < workload.replicas; replica += 1) {
        const name = `${workload.name}-${replica}`;
        this.#bind({ workload, name, nodeName: names[next % names.length] ?? '' });
        next += workload.isOfOneZone ? ZONES.length : 1;
      }
    }
  }

  #bind(bound: BoundPod): void {
    this.#bound.push(bound);
    this.#pods.put(this.#raw(bound));
  }

  #addWaiting(workload: Workload, at: string): void {
    this.#addOwner(workload);
    for (let replica = 0; replica < workload.replicas; replica += 1) {
      this.#pods.put(rawPod(workload, { name: `${workload.name}-${replica}`, nodeName: undefined, at }));
    }
  }

  #addOwner(workload: Workload): void {
    const store = workload.kind === 'StatefulSet' ? this.#statefulSets : this.#replicaSets;
    store.put(rawOwner(workload));
    if (workload.index % 3 === 0) this.#budgets.put(rawBudget(workload));
  }

  #raw({ workload, name, nodeName }: BoundPod): RawObject {
    return rawPod(workload, { name, nodeName, at: BOUND_AT });
  }

  #store<T>(resource: KubeResource<T>): ObjectStore<T> {
    return new ObjectStore(resource, this.#clock);
  }
}

function isGuarded({ kind, replicas }: Workload): boolean {
  return kind === 'StatefulSet' || replicas === 1;
}
