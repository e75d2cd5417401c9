import type { DisruptionBudget } from '../../../model/disruption-budget.ts';
import type { KubeResource, RawObject } from '../watch/kube-resource.ts';
import { labelSelectorOf, type RawLabelSelector } from './raw-selector.ts';

interface RawBudget extends RawObject {
  readonly spec?: { readonly selector?: RawLabelSelector };
  readonly status?: { readonly disruptionsAllowed?: number; readonly observedGeneration?: number };
}

/** PodDisruptionBudgets; one that its controller has not looked at yet allows nothing. */
export const disruptionBudgetResource: KubeResource<DisruptionBudget> = {
  name: 'poddisruptionbudgets',
  path: '/apis/policy/v1/poddisruptionbudgets',
  project: (raw) => {
    const { metadata, spec, status } = raw as RawBudget;
    return {
      namespace: metadata.namespace ?? 'default',
      name: metadata.name,
      selector: labelSelectorOf(spec?.selector),
      disruptionsAllowed: status?.disruptionsAllowed ?? 0,
    };
  },
};
