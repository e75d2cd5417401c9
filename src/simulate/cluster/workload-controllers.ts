import type { Node } from '../../model/node.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import { selectorOf, selects } from '../../model/selector.ts';
import { type Toleration, untoleratedTaint } from '../../model/taint.ts';
import type { ClusterState } from './cluster-state.ts';
import { isOutdated, revisionLabels, rolloutStep } from './rollout.ts';
import { type Workload, workloadUid } from './workload.ts';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** How the controllers act on the API server. */
export interface PodWriter {
  create(pod: Pod): void;
  remove(pod: Pod): void;
}

/** What a DaemonSet's pods tolerate by themselves: they start on nodes that are cordoned or not ready. */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists' },
];

/** Brings the pods of every workload to the count that it asks for. */
export class WorkloadControllers {
  readonly #workloads = new Map<string, Workload>();
  readonly #state: ClusterState;
  readonly #writer: PodWriter;
  readonly #clock: { now(): number };
  /** Of each Job, the pods that succeeded. */
  readonly #succeeded = new Map<string, Set<string>>();
  readonly #hasZoneVolumes: boolean;
  /** In which zone each StatefulSet pod's volume is, by the pod's name. */
  readonly #volumeZones = new Map<string, string>();
  #madePods = 0;
  /** Pods that their Deployment replaces: each goes once a new one runs. */
  readonly #replaced = new Set<string>();

  constructor(state: ClusterState, writer: PodWriter, clock: { now(): number }, hasZoneVolumes = false) {
    this.#hasZoneVolumes = hasZoneVolumes;
    this.#state = state;
    this.#writer = writer;
    this.#clock = clock;
  }

  /** Creates the workload or changes its replicas and template; pods that run keep theirs, but know the new count. */
  apply(workload: Workload): void {
    const uid = workloadUid(workload);
    this.#workloads.set(uid, workload);
    for (const pod of this.#state.podsOf(uid)) {
      if (pod.owner?.replicas !== replicasOf(workload))
        this.#state.putPod({ ...pod, owner: ownerOf(workload) });
    }
  }

  /** Deletes the workload and its pods. */
  remove(workload: Pick<Workload, 'kind' | 'namespace' | 'name'>): void {
    const uid = workloadUid(workload);
    this.#workloads.delete(uid);
    this.#succeeded.delete(uid);
    for (const pod of this.#state.podsOf(uid)) {
      if (pod.deletionRequestedAtMs === undefined) this.#writer.remove(pod);
    }
  }

  /** Whether all pods of the Job have succeeded. */
  isDone(job: Workload): boolean {
    return (this.#succeeded.get(workloadUid(job))?.size ?? 0) >= job.replicas;
  }

  /** Begins to replace the pod as a rollout with a surge of one does. */
  replace(pod: Pod): void {
    this.#replaced.add(pod.uid);
  }

  workload(uid: string): Workload | undefined {
    return this.#workloads.get(uid);
  }

  workloads(): readonly Workload[] {
    return [...this.#workloads.values()];
  }

  reconcile(): void {
    for (const [uid, workload] of this.#workloads) {
      const pods = this.#state.podsOf(uid);
      if (workload.kind === 'DaemonSet') this.#reconcileDaemons(workload, pods.filter(isActive));
      else if (workload.kind === 'Job') this.#reconcileJob(workload, pods);
      else this.#reconcileReplicas(workload, pods);
    }
  }

  #reconcileReplicas(workload: Workload, pods: readonly Pod[]): void {
    const active = pods.filter(isActive);
    if (workload.kind === 'Deployment' && active.some((pod) => isOutdated(pod, workload))) {
      this.#rollOut(workload, active);
      return;
    }
    if (workload.kind === 'StatefulSet') this.#keepVolumes(active);
    // A StatefulSet's pod gives its name back only once it is gone.
    const taken =
      workload.kind === 'StatefulSet' ? pods : active.filter(({ uid }) => !this.#replaced.has(uid));
    for (let i = taken.length; i < workload.replicas; i += 1) this.#writer.create(this.#newPod(workload));
    const isServed = taken.filter(({ phase }) => phase === 'Running').length >= workload.replicas;
    for (const pod of active) if (isServed && this.#replaced.delete(pod.uid)) this.#writer.remove(pod);
    for (const pod of this.#victims(taken.filter(isActive), taken.length - workload.replicas))
      this.#writer.remove(pod);
  }

  #rollOut(workload: Workload, active: readonly Pod[]): void {
    const { create, remove } = rolloutStep(workload, active);
    for (let i = 0; i < create; i += 1) this.#writer.create(this.#newPod(workload));
    for (const pod of remove) this.#writer.remove(pod);
  }

  /** Pods that succeeded count for ever, also when they are gone with their node. */
  #reconcileJob(workload: Workload, pods: readonly Pod[]): void {
    const uid = workloadUid(workload);
    const succeeded = this.#succeeded.get(uid) ?? new Set<string>();
    this.#succeeded.set(uid, succeeded);
    for (const pod of pods) if (pod.phase === 'Succeeded') succeeded.add(pod.uid);
    const active = pods.filter(isActive).length;
    for (let i = succeeded.size + active; i < workload.replicas; i += 1)
      this.#writer.create(this.#newPod(workload));
  }

  #reconcileDaemons(workload: Workload, pods: readonly Pod[]): void {
    const served = new Set(pods.map((pod) => pod.nodeName));
    for (const node of this.#state.nodes()) {
      if (!served.has(node.name) && wantsDaemon(workload, node))
        this.#writer.create(this.#newPod(workload, node.name));
    }
  }

  /** Which pods go first: those without a node, then those that share a node with most siblings, then the newest. */
  #victims(pods: readonly Pod[], count: number): readonly Pod[] {
    if (count <= 0) return [];
    const siblings = new Map<string | undefined, number>();
    for (const { nodeName } of pods) siblings.set(nodeName, (siblings.get(nodeName) ?? 0) + 1);
    const rank = (pod: Pod) =>
      pod.nodeName === undefined ? Number.POSITIVE_INFINITY : (siblings.get(pod.nodeName) ?? 0);
    const byRank = (a: Pod, b: Pod) => {
      const [x, y] = [rank(a), rank(b)];
      if (x !== y) return y > x ? 1 : -1;
      return b.createdAtMs - a.createdAtMs || (a.name < b.name ? 1 : -1);
    };
    return [...pods].sort(byRank).slice(0, count);
  }

  #newPod(workload: Workload, nodeName?: string): Pod {
    const { namespace, template } = workload;
    const name = this.#podName(workload);
    this.#madePods += 1;
    return {
      uid: `uid-pod-${this.#madePods}`,
      namespace,
      name,
      labels: { ...template.labels, ...revisionLabels(workload) },
      requests: template.requests,
      phase: 'Pending',
      nodeName,
      createdAtMs: this.#clock.now(),
      unschedulableSinceMs: undefined,
      deletionRequestedAtMs: undefined,
      owner: ownerOf(workload),
      priority: template.priority ?? 0,
      graceSeconds: template.graceSeconds ?? 30,
      tolerations: template.tolerations ?? [],
      nodeSelector: template.nodeSelector ?? [],
      nodeAffinityTerms: [],
      podAffinity: template.podAffinity ?? [],
      podAntiAffinity: template.podAntiAffinity ?? [],
      topologySpread: template.topologySpread ?? [],
      preferredNodes: [],
      preferredPods: [],
      hostPorts: template.hostPorts ?? [],
      volumeNodes: this.#volumeNodes(`${namespace}/${name}`),
      isMirror: false,
      hasLocalVolume: template.hasLocalVolume ?? false,
      disruption: template.disruption ?? 'unset',
    };
  }

  #volumeNodes(ref: string): Pod['volumeNodes'] {
    const zone = this.#volumeZones.get(ref);
    return zone === undefined ? [] : [[selectorOf({ [ZONE_LABEL]: zone })]];
  }

  /** A volume is made in the zone in which its pod first runs, and stays there. */
  #keepVolumes(pods: readonly Pod[]): void {
    if (!this.#hasZoneVolumes) return;
    for (const pod of pods) {
      const zone = this.#state.node(pod.nodeName ?? '')?.zone;
      const ref = podRef(pod);
      if (zone === undefined || this.#volumeZones.has(ref)) continue;
      this.#volumeZones.set(ref, zone);
      this.#state.putPod({ ...pod, volumeNodes: this.#volumeNodes(ref) });
    }
  }

  #podName(workload: Workload): string {
    if (workload.kind !== 'StatefulSet') return `${workload.name}-${this.#madePods + 1}`;
    const taken = new Set(this.#state.podsOf(workloadUid(workload)).map((pod) => pod.name));
    let ordinal = 0;
    while (taken.has(`${workload.name}-${ordinal}`)) ordinal += 1;
    return `${workload.name}-${ordinal}`;
  }
}

/** Whether the pod counts towards its owner's replicas. */
export function isActive(pod: Pod): boolean {
  return pod.deletionRequestedAtMs === undefined && pod.phase !== 'Failed' && pod.phase !== 'Succeeded';
}

function wantsDaemon(workload: Workload, node: Node): boolean {
  const { template } = workload;
  const tolerations = [...(template.tolerations ?? []), ...DAEMON_TOLERATIONS];
  return (
    selects(template.nodeSelector ?? [], node.labels) &&
    untoleratedTaint(tolerations, node.taints) === undefined
  );
}

function ownerOf(workload: Workload): Pod['owner'] {
  const { kind, name, move } = workload;
  return { kind, name, uid: workloadUid(workload), replicas: replicasOf(workload), ...(move && { move }) };
}

function replicasOf(workload: Workload): number | undefined {
  return workload.kind === 'DaemonSet' || workload.kind === 'Job' ? undefined : workload.replicas;
}
