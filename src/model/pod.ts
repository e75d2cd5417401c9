import type { ReasonCode } from './reason-codes.ts';
import type { Resources } from './resources.ts';
import { type LabelSelector, type Labels, selects } from './selector.ts';
import type { Toleration } from './taint.ts';

/** The controller that owns a pod, resolved to the workload a person knows (a Deployment, not its ReplicaSet). */
export interface PodOwner {
  /** `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`, `Job` or any other kind. */
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Replicas that the owner wants; `undefined` when unknown or without meaning (a Job, a DaemonSet). */
  readonly replicas: number | undefined;
  /**
   * How its owner allows a single replica to be moved: `evict` with an interruption, `surge` after a new pod is ready. Absent: not
   * at all.
   */
  readonly move?: 'evict' | 'surge';
}

/** An affinity or anti-affinity to other pods within a topology domain. */
export interface PodAffinityTerm {
  readonly topologyKey: string;
  readonly selector: LabelSelector;
  /** Namespaces whose pods count; `*` stands for all of them. */
  readonly namespaces: readonly string[];
}

/** Nodes that a pod would rather run on. */
export interface NodePreference {
  readonly selector: LabelSelector;
  /** 1..100 */
  readonly weight: number;
}

/** Pods that a pod would rather run near to, or with a negative weight apart from. */
export interface PodPreference extends PodAffinityTerm {
  /** -100..100, without 0 */
  readonly weight: number;
}

/** A topology spread constraint that the scheduler enforces or prefers. */
export interface TopologySpread {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly selector: LabelSelector;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  /** With fewer domains than this, the fewest pods of any domain count as 0. @default 1 */
  readonly minDomains?: number;
  /** Whether only nodes count that the pod's node selector and affinity admit. @default 'Honor' */
  readonly nodeAffinityPolicy?: NodeInclusionPolicy;
  /** Whether only nodes count whose taints the pod tolerates. @default 'Ignore' */
  readonly nodeTaintsPolicy?: NodeInclusionPolicy;
}

/** Whether a topology spread regards a rule about nodes when it counts. */
export type NodeInclusionPolicy = 'Honor' | 'Ignore';

/** What a pod waits for that no node brings, in words that end a sentence which begins with the pod. */
export interface PodBlock {
  readonly code: ReasonCode;
  readonly why: string;
}

/** A pod, projected to what deciding needs. */
export interface Pod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** What the scheduler counts for it, init and sidecar containers and overhead included, one pod slot included. */
  readonly requests: Resources;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly nodeName: string | undefined;
  readonly createdAtMs: number;
  /**
   * Since when the scheduler says `PodScheduled=False, reason=Unschedulable`, to the millisecond at which the watch cache
   * first saw it; `undefined` when it does not say so.
   */
  readonly unschedulableSinceMs: number | undefined;
  /** What the scheduler says of it, such as `0/3 nodes are available: …`; absent when it says nothing. */
  readonly schedulerMessage?: string;
  /** Set once the pod is being deleted. */
  readonly deletionRequestedAtMs: number | undefined;
  readonly owner: PodOwner | undefined;
  readonly priority: number;
  readonly graceSeconds: number;
  readonly tolerations: readonly Toleration[];
  /** All must hold on a node: `nodeSelector` and a single-term required node affinity merged. */
  readonly nodeSelector: LabelSelector;
  /** Alternatives (any one suffices) of a required node affinity with several terms; empty when there are none. */
  readonly nodeAffinityTerms: readonly LabelSelector[];
  /** Required, as is `podAntiAffinity`. */
  readonly podAffinity: readonly PodAffinityTerm[];
  readonly podAntiAffinity: readonly PodAffinityTerm[];
  readonly topologySpread: readonly TopologySpread[];
  readonly preferredNodes: readonly NodePreference[];
  readonly preferredPods: readonly PodPreference[];
  readonly hostPorts: readonly string[];
  /**
   * Where its bound volumes can be used: each entry lists alternatives, one of which must select the node's labels; empty
   * when it may move freely.
   */
  readonly volumeNodes: readonly (readonly LabelSelector[])[];
  /** It runs, and is not ready to serve; absent: it is ready, or does not run. */
  readonly isUnready?: true;
  /** It waits for something that no node brings, such as a claim that does not exist; absent: a node may help. */
  readonly blockedBy?: PodBlock;
  /** The node on which the scheduler ends pods of lower priority to make room for it; absent: it preempts nobody. */
  readonly nominatedNodeName?: string;
  /** A mirror pod of a static manifest: it lives and dies with its kubelet. */
  readonly isMirror: boolean;
  /** Uses a volume that lives on one node (local-path, hostPath-backed PV): data would be lost. */
  readonly hasLocalVolume: boolean;
  /** What its annotations ask: `never` (do-not-disrupt, safe-to-evict=false), `always` (safe-to-evict=true) or nothing. */
  readonly disruption: 'never' | 'always' | 'unset';
}

/** Whether the pod's node selector and required node affinity admit a node with these labels. */
export function selectsNode(pod: Pick<Pod, 'nodeSelector' | 'nodeAffinityTerms'>, labels: Labels): boolean {
  const { nodeSelector, nodeAffinityTerms } = pod;
  if (!selects(nodeSelector, labels)) return false;
  return nodeAffinityTerms.length === 0 || nodeAffinityTerms.some((term) => selects(term, labels));
}

/** Whether a term's selector and namespaces pick the pod. */
export function picksPod(
  term: Pick<PodAffinityTerm, 'selector' | 'namespaces'>,
  pod: Pick<Pod, 'namespace' | 'labels'>,
): boolean {
  const isInNamespace = term.namespaces.includes(pod.namespace) || term.namespaces.includes(ALL_NAMESPACES);
  return isInNamespace && selects(term.selector, pod.labels);
}

/** In `PodAffinityTerm.namespaces`: every namespace. */
export const ALL_NAMESPACES = '*';

/** A pod's name as people write it: `namespace/name`. */
export function podRef(pod: Pick<Pod, 'namespace' | 'name'>): string {
  return `${pod.namespace}/${pod.name}`;
}

/** Whether the pod holds resources on its node: bound and not finished. */
export function occupiesNode(pod: Pod): boolean {
  return pod.nodeName !== undefined && pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}

/** Whether a drain must move the pod: not a DaemonSet's, not a mirror, not finished. */
export function needsEviction(pod: Pod): boolean {
  return occupiesNode(pod) && !pod.isMirror && pod.owner?.kind !== 'DaemonSet';
}

/** Whether the pod is the only one of its Deployment, and its owner wants a new one to be ready before it goes. */
export function movesBySurge({ owner }: Pick<Pod, 'owner'>): boolean {
  return owner?.kind === 'Deployment' && owner.move === 'surge' && (owner.replicas ?? 1) <= 1;
}
