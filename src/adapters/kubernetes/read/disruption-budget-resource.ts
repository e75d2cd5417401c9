import type { V1PodDisruptionBudget, V1PodDisruptionBudgetStatus } from '@kubernetes/client-node';
import type { DisruptionBudget } from '../../../model/disruption-budget.ts';
import type { Raw } from '../raw.ts';
import type { KubeResource, RawOf } from '../watch.ts';
import { labelSelectorOf } from './raw-selector.ts';

/** The API server takes a budget that wants nobody healthy for one that is not. */
function isHealthy(status: Raw<V1PodDisruptionBudgetStatus> | undefined): boolean {
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

/** PodDisruptionBudgets; one that its controller has not looked at yet allows nothing. */
export const disruptionBudgetResource: KubeResource<DisruptionBudget> = {
  name: 'poddisruptionbudgets',
  path: '/apis/policy/v1/poddisruptionbudgets',
  project: (raw) => {
    const { metadata, spec, status } = raw as RawOf<V1PodDisruptionBudget>;
    return {
      namespace: metadata.namespace ?? 'default',
      name: metadata.name,
      selector: labelSelectorOf(spec?.selector),
      disruptionsAllowed: status?.disruptionsAllowed ?? 0,
      unhealthyPods: spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' ? 'AlwaysAllow' : 'IfHealthyBudget',
      isHealthy: isHealthy(status),
    };
  },
};
