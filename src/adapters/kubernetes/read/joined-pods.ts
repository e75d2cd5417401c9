import { setImmediate as nextTurn } from 'node:timers/promises';
import { keepPodLists } from '../../../model/pod-lists.ts';
import { type Pod, type PodOwner, podRef } from '../../../model/pod.ts';
import type { Labels } from '../../../model/selector.ts';
import type { ObjectStore } from '../watch.ts';
import {
  type ClaimedVolumes,
  claimedVolumes,
  type VolumeStores,
  withAttachments,
} from './claimed-volumes.ts';
import { closeTerms } from './open-terms.ts';
import { type ListedPod, PodIndex } from './pod-index.ts';
import type { PodRecord } from './pod-resource.ts';
import type { WorkloadRecord } from './workload-resource.ts';

export interface PodStores extends VolumeStores {
  readonly pods: ObjectStore<PodRecord>;
  readonly replicaSets: ObjectStore<WorkloadRecord>;
  readonly statefulSets: ObjectStore<WorkloadRecord>;
  /** Labels by name. */
  readonly namespaces: ObjectStore<Labels>;
}

/** Pods that are joined in one piece: a few milliseconds. */
const SLICE = 5000;
const NO_VOLUMES: ClaimedVolumes = { volumeNodes: [], hasLocalVolume: false, attachments: {} };

/** Pods with their owners and volumes looked up, kept up to date change by change. */
export class JoinedPods {
  readonly #stores: PodStores;
  readonly #joined = new Map<string, ListedPod>();
  readonly #index = new PodIndex((pod) => this.#joined.get(podRef(pod))?.order ?? 0);
  #order = 0;
  readonly #changedPods = new Set<string>();
  /** `namespace/name` of the workloads that changed. */
  readonly #changedOwners = new Set<string>();
  /** For the length of one `list`; pods of a workload share their direct owner, so it is looked up once. */
  readonly #resolvedOwners = new Map<PodOwner, PodOwner>();
  #hasVolumeChange = false;
  #hasNamespaceChange = false;
  #list: readonly Pod[] | undefined;

  constructor(stores: PodStores) {
    this.#stores = stores;
    stores.pods.onChange((_, key) => this.#changedPods.add(key));
    for (const store of [stores.replicaSets, stores.statefulSets]) {
      store.onChange((_, key) => this.#changedOwners.add(key));
    }
    for (const store of [stores.claims, stores.volumes, stores.storageClasses, stores.csiNodes]) {
      store.onChange(() => {
        this.#hasVolumeChange = true;
      });
    }
    stores.namespaces.onChange(() => {
      this.#hasNamespaceChange = true;
    });
  }

  /** All pods; the same array until something changed. Costs what changed, not what there is. */
  list(): readonly Pod[] {
    this.#addDependents();
    if (this.#changedPods.size > 0 || this.#list === undefined) {
      for (const key of this.#changedPods) this.#rejoin(key);
      this.#changedPods.clear();
      this.#resolvedOwners.clear();
      this.#list = Array.from(this.#joined.values(), ({ pod }) => pod);
      keepPodLists(this.#list, this.#index.lists(this.#list));
    }
    return this.#list;
  }

  /** Joins what waits for it in slices with a turn between them, so that the list after it blocks nobody for long. */
  async prepare(): Promise<void> {
    this.#addDependents();
    let left = SLICE;
    for (const key of this.#changedPods) {
      this.#rejoin(key);
      this.#changedPods.delete(key);
      this.#list = undefined;
      left -= 1;
      if (left > 0) continue;
      left = SLICE;
      // Owners may change in the turn that follows.
      this.#resolvedOwners.clear();
      await nextTurn();
    }
    this.#resolvedOwners.clear();
  }

  /** Owners, volumes and namespaces change seldom, so that looking through the pods then is cheaper than an index always. */
  #addDependents(): void {
    if (this.#changedOwners.size === 0 && !this.#hasVolumeChange && !this.#hasNamespaceChange) return;
    for (const key of this.#joined.keys()) {
      const record = this.#stores.pods.get(key);
      if (record !== undefined && this.#dependsOnChange(record)) this.#changedPods.add(key);
    }
    this.#changedOwners.clear();
    this.#hasVolumeChange = false;
    this.#hasNamespaceChange = false;
  }

  #dependsOnChange({ pod, claims, hasOpenTerms }: PodRecord): boolean {
    if (this.#hasNamespaceChange && hasOpenTerms) return true;
    if (this.#hasVolumeChange && claims.length > 0) return true;
    if (this.#changedOwners.size === 0 || pod.owner === undefined) return false;
    return this.#changedOwners.has(`${pod.namespace}/${pod.owner.name}`);
  }

  #rejoin(key: string): void {
    const record = this.#stores.pods.get(key);
    const old = this.#joined.get(key);
    if (record === undefined) {
      this.#joined.delete(key);
      if (old !== undefined) this.#index.replace(old.pod, undefined);
      return;
    }
    this.#order += 1;
    const fresh = { pod: this.#join(record), order: old?.order ?? this.#order };
    this.#joined.set(key, fresh);
    this.#index.replace(old?.pod, fresh);
  }

  #join({ pod: alone, claims, hasOpenTerms }: PodRecord): Pod {
    const pod = hasOpenTerms ? this.#withNamespaces(alone) : alone;
    const owner = this.#ownerOf(pod);
    if (owner === pod.owner && claims.length === 0) return pod;
    return withLookups(pod, owner, claims.length === 0 ? NO_VOLUMES : claimedVolumes(claims, this.#stores));
  }

  #withNamespaces(pod: Pod): Pod {
    const { namespaces } = this.#stores;
    const labels = new Map([...namespaces.keys()].map((name) => [name, namespaces.get(name) ?? {}]));
    return {
      ...pod,
      podAffinity: closeTerms(pod.podAffinity, labels),
      podAntiAffinity: closeTerms(pod.podAntiAffinity, labels),
    };
  }

  #ownerOf(pod: Pod): PodOwner | undefined {
    if (pod.owner === undefined) return undefined;
    let resolved = this.#resolvedOwners.get(pod.owner);
    if (resolved === undefined) {
      resolved = this.#resolve(pod.owner, pod.namespace);
      this.#resolvedOwners.set(pod.owner, resolved);
    }
    return resolved;
  }

  #resolve(owner: PodOwner, namespace: string): PodOwner {
    const { kind, name, uid } = owner;
    if (kind !== 'ReplicaSet' && kind !== 'StatefulSet') return owner;
    const store = kind === 'ReplicaSet' ? this.#stores.replicaSets : this.#stores.statefulSets;
    const workload = store.get(`${namespace}/${name}`);
    return workload?.uid === uid ? workload.owner : owner;
  }
}

/** Written out since copying by spread takes twice as long, and the first look copies every pod at once. */
function withLookups(pod: Pod, owner: PodOwner | undefined, volumes: ClaimedVolumes): Pod {
  const { nominatedNodeName, isUnready } = pod;
  const blockedBy = pod.blockedBy ?? volumes.blockedBy;
  return {
    uid: pod.uid,
    namespace: pod.namespace,
    name: pod.name,
    labels: pod.labels,
    requests: withAttachments(pod.requests, volumes.attachments),
    phase: pod.phase,
    nodeName: pod.nodeName,
    createdAtMs: pod.createdAtMs,
    unschedulableSinceMs: pod.unschedulableSinceMs,
    deletionRequestedAtMs: pod.deletionRequestedAtMs,
    owner,
    priority: pod.priority,
    graceSeconds: pod.graceSeconds,
    tolerations: pod.tolerations,
    nodeSelector: pod.nodeSelector,
    nodeAffinityTerms: pod.nodeAffinityTerms,
    podAffinity: pod.podAffinity,
    podAntiAffinity: pod.podAntiAffinity,
    topologySpread: pod.topologySpread,
    preferredNodes: pod.preferredNodes,
    preferredPods: pod.preferredPods,
    hostPorts: pod.hostPorts,
    volumeNodes: volumes.volumeNodes,
    isMirror: pod.isMirror,
    hasLocalVolume: volumes.hasLocalVolume,
    disruption: pod.disruption,
    ...(isUnready === true && { isUnready }),
    ...(blockedBy !== undefined && { blockedBy }),
    ...(nominatedNodeName !== undefined && { nominatedNodeName }),
  };
}
