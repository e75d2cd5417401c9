import type { Pod } from './pod.ts';
import type { ReasonCode } from './reason-codes.ts';
import { type Taint, untoleratedTaint } from './taint.ts';

/** Why a pod must not be moved. */
export interface PodGuard {
  readonly code: ReasonCode;
  /** Ends a sentence that begins with the pod: "its annotation forbids disruption". */
  readonly why: string;
}

interface Rule {
  readonly code: ReasonCode;
  /** What the rule says of this pod, or `undefined` when it does not hold. */
  readonly holds: (pod: Pod) => string | undefined;
}

const APP_LABEL = 'app.kubernetes.io/name';

/** Read top-down (R45, R46); the first that holds guards the pod. */
const RULES: readonly Rule[] = [
  {
    code: 'pod-do-not-disrupt',
    holds: (pod) => (pod.disruption === 'never' ? 'its annotation forbids disruption' : undefined),
  },
  {
    code: 'pod-autoscaler',
    holds: (pod) => (pod.labels[APP_LABEL] === 'smartscale' ? 'it is the autoscaler itself' : undefined),
  },
  {
    code: 'pod-kube-system',
    holds: (pod) => (pod.namespace === 'kube-system' ? 'it is a system pod outside a DaemonSet' : undefined),
  },
  {
    code: 'pod-bare',
    holds: (pod) =>
      pod.owner === undefined && pod.disruption !== 'always'
        ? 'no controller would make it again'
        : undefined,
  },
  {
    code: 'pod-stateful-set',
    holds: (pod) => (pod.owner?.kind === 'StatefulSet' ? 'it belongs to a StatefulSet' : undefined),
  },
  { code: 'pod-tolerates-cordon', holds: comesBack },
  { code: 'pod-single-replica', holds: singleReplica },
  {
    code: 'pod-local-volume',
    holds: (pod) =>
      pod.hasLocalVolume && pod.disruption !== 'always' ? 'its data lies on this node' : undefined,
  },
];

/**
 * Why no removal may move this pod, whatever budgets allow, or `undefined` when it may be moved. The plan asks before it chooses a
 * node, and the drain asks again of what has come to the node since. For pods that a drain would evict: not of a DaemonSet,
 * static or ended ones.
 */
export function podGuard(pod: Pod): PodGuard | undefined {
  for (const { code, holds } of RULES) {
    const why = holds(pod);
    if (why !== undefined) return { code, why };
  }
  return undefined;
}

const CORDON: Taint = { key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' };

/** The scheduler may put its successor onto the cordoned node again, and a drain would never end. */
function comesBack({ tolerations, disruption }: Pod): string | undefined {
  if (disruption === 'always' || tolerations.length === 0) return undefined;
  return untoleratedTaint(tolerations, [CORDON]) === undefined
    ? 'it tolerates a cordoned node, so its successor may come back to it'
    : undefined;
}

/** Unknown replicas of a Deployment are not read as many. Its owner may allow a single one to be moved. */
function singleReplica({ owner, disruption }: Pod): string | undefined {
  if (disruption === 'always' || owner?.move !== undefined) return undefined;
  if (owner?.kind !== 'Deployment' && owner?.kind !== 'ReplicaSet') return undefined;
  if (owner.replicas === undefined) return `the replicas of ${owner.kind} ${owner.name} are not known`;
  return owner.replicas <= 1 ? `it is the only replica of ${owner.kind} ${owner.name}` : undefined;
}
