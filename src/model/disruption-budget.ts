import type { LabelSelector } from './selector.ts';

/** A PodDisruptionBudget with what its controller currently allows. */
export interface DisruptionBudget {
  readonly namespace: string;
  readonly name: string;
  readonly selector: LabelSelector;
  readonly disruptionsAllowed: number;
}
