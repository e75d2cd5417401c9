import type { V1PodDisruptionBudget } from '@kubernetes/client-node';
import type { DisruptionBudget } from '../../../model/disruption-budget.ts';
import type { KubeResource, RawOf } from '../watch.ts';
import { labelSelectorOf } from './raw-selector.ts';

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
    };
  },
};
