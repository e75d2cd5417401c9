import type { Pod } from './pod.ts';
import type { LabelSelector } from './selector.ts';

/** A PodDisruptionBudget with what its controller currently allows. */
export interface DisruptionBudget {
  readonly namespace: string;
  readonly name: string;
  readonly selector: LabelSelector;
  readonly disruptionsAllowed: number;
  /** What the budget asks of running pods that are not ready. @default 'IfHealthyBudget' */
  readonly unhealthyPods?: 'IfHealthyBudget' | 'AlwaysAllow';
  /** Whether as many pods are healthy as must be; `undefined` where the controller has not said so. */
  readonly isHealthy?: boolean;
}

/**
 * Whether the Eviction API asks the budget before it evicts the pod, as the API server does: not for pods that do not run, nor for those
 * that end already, nor for unready ones where the budget's policy lets them go.
 */
export function isAsked(budget: DisruptionBudget, pod: Pod): boolean {
  if (pod.phase !== 'Running' || pod.deletionRequestedAtMs !== undefined) return false;
  if (pod.isUnready !== true) return true;
  return budget.unhealthyPods !== 'AlwaysAllow' && budget.isHealthy !== true;
}
