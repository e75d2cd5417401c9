import type { DisruptionBudget } from '../../model/disruption-budget.ts';
import type { Pod } from '../../model/pod.ts';
import { selects } from '../../model/selector.ts';
import type { ClusterState } from './cluster-state.ts';
import type { BudgetSpec } from './workload.ts';

/** The budget with the status that the disruption controller would write now. */
export function withStatus(spec: BudgetSpec, state: ClusterState): DisruptionBudget {
  const { namespace, name, selector } = spec;
  const selected = state.pods().filter((pod) => governs(spec, pod));
  const healthy = selected.filter((pod) => isHealthy(pod, state)).length;
  return {
    namespace,
    name,
    selector,
    disruptionsAllowed: Math.max(0, healthy - desiredHealthy(spec, selected)),
  };
}

/** Whether the budget selects the pod. */
export function governs(spec: Pick<BudgetSpec, 'namespace' | 'selector'>, pod: Pod): boolean {
  return pod.namespace === spec.namespace && selects(spec.selector, pod.labels);
}

/** Whether the pod serves: Running, not being deleted, on a node that is ready. */
export function isHealthy(pod: Pod, state: ClusterState): boolean {
  if (pod.phase !== 'Running' || pod.deletionRequestedAtMs !== undefined || pod.nodeName === undefined)
    return false;
  return state.node(pod.nodeName)?.isReady === true;
}

function desiredHealthy(spec: BudgetSpec, selected: readonly Pod[]): number {
  if ('minAvailable' in spec.limit) return spec.limit.minAvailable;
  const replicasByOwner = new Map(selected.map((pod) => [pod.owner?.uid, pod.owner?.replicas ?? 1]));
  const expected = [...replicasByOwner.values()].reduce((sum, replicas) => sum + replicas, 0);
  return expected - spec.limit.maxUnavailable;
}
