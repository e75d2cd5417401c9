import type { DisruptionBudget } from '../../model/disruption-budget.ts';
import { type Pod, podRef } from '../../model/pod.ts';
import { selects } from '../../model/selector.ts';

/** A rule that forbids evicting a pod. */
interface PodProtection {
  readonly code: string;
  /** What the rule says of this pod, or `undefined` when it does not hold. */
  readonly holds: (pod: Pod, budgets: readonly DisruptionBudget[]) => string | undefined;
}

const APP_LABEL = 'app.kubernetes.io/name';

/** Read top-down (R45, R46); the first that holds protects the pod's node. */
const PROTECTIONS: readonly PodProtection[] = [
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
  { code: 'pod-single-replica', holds: singleReplica },
  {
    code: 'pod-local-volume',
    holds: (pod) =>
      pod.hasLocalVolume && pod.disruption !== 'always' ? 'its data lies on this node' : undefined,
  },
  { code: 'pod-budget', holds: withoutBudget },
];

/** Why the pod may not be evicted, or `undefined` when it may. */
export function podProtection(
  pod: Pod,
  budgets: readonly DisruptionBudget[],
): { readonly code: string; readonly text: string } | undefined {
  for (const { code, holds } of PROTECTIONS) {
    const why = holds(pod, budgets);
    if (why !== undefined) return { code, text: `pod ${podRef(pod)} stays: ${why}` };
  }
  return undefined;
}

/** Unknown replicas of a Deployment are not read as many. */
function singleReplica({ owner }: Pod): string | undefined {
  if (owner?.kind !== 'Deployment' && owner?.kind !== 'ReplicaSet') return undefined;
  if (owner.replicas === undefined) return `the replicas of ${owner.kind} ${owner.name} are not known`;
  return owner.replicas <= 1 ? `it is the only replica of ${owner.kind} ${owner.name}` : undefined;
}

/** Two budgets on one pod make every eviction fail for ever (F50). */
function withoutBudget(pod: Pod, budgets: readonly DisruptionBudget[]): string | undefined {
  const selecting = budgets.filter(
    (budget) => budget.namespace === pod.namespace && selects(budget.selector, pod.labels),
  );
  if (selecting.length > 1) {
    return `${selecting.length} disruption budgets select it (${names(selecting)}), which makes eviction impossible`;
  }
  const full = selecting.find((budget) => budget.disruptionsAllowed < 1);
  return full === undefined ? undefined : `disruption budget ${full.name} allows 0 disruptions now`;
}

function names(budgets: readonly DisruptionBudget[]): string {
  return budgets
    .map((budget) => budget.name)
    .sort()
    .join(', ');
}
