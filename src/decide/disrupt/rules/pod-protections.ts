import { type DisruptionBudget, isAsked } from '../../../model/disruption-budget.ts';
import { type PodGuard, podGuard } from '../../../model/pod-guard.ts';
import { movesBySurge, type Pod, podRef } from '../../../model/pod.ts';
import type { Reason } from '../../../model/reason.ts';
import { selects } from '../../../model/selector.ts';

/** Why the pod may not be evicted now, or `undefined` when it may. */
export function podProtection(pod: Pod, budgets: readonly DisruptionBudget[]): Reason | undefined {
  const guard = podGuard(pod) ?? withoutBudget(pod, budgets);
  return guard === undefined
    ? undefined
    : { code: guard.code, text: `pod ${podRef(pod)} stays: ${guard.why}` };
}

/** Two budgets on one pod make every eviction fail for ever (F50). */
function withoutBudget(pod: Pod, budgets: readonly DisruptionBudget[]): PodGuard | undefined {
  // Its Deployment replaces it, and no eviction is asked for.
  if (movesBySurge(pod)) return undefined;
  const selecting = budgets.filter(
    (budget) => budget.namespace === pod.namespace && selects(budget.selector, pod.labels),
  );
  if (selecting.length > 1) {
    const why = `${selecting.length} disruption budgets select it (${names(selecting)}), which makes eviction impossible`;
    return { code: 'pod-budget', why };
  }
  const full = selecting.find((budget) => budget.disruptionsAllowed < 1 && isAsked(budget, pod));
  if (full === undefined) return undefined;
  return { code: 'pod-budget', why: `disruption budget ${full.name} allows 0 disruptions now` };
}

function names(budgets: readonly DisruptionBudget[]): string {
  return budgets
    .map((budget) => budget.name)
    .sort()
    .join(', ');
}
