import type { DaemonOverhead } from './daemon-overhead.ts';
import type { DisruptionBudget } from './disruption-budget.ts';
import type { Instance } from './instance.ts';
import type { Interruption } from './interruption.ts';
import type { Node } from './node.ts';
import type { Offering } from './offering.ts';
import type { Operation } from './operation.ts';
import type { Pod } from './pod.ts';
import type { Utilization } from './signal.ts';
import type { UnneededNodes } from './unneeded-nodes.ts';

/** Everything that deciding may look at, taken at one moment. */
export interface Snapshot {
  readonly takenAtMs: number;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly budgets: readonly DisruptionBudget[];
  readonly daemons: readonly DaemonOverhead[];
  /** EC2's list of the fleet's instances, or why it is not known. */
  readonly instances: Observed<readonly Instance[]>;
  /** What AWS has announced of the fleet's instances, until they are gone. */
  readonly interruptions: readonly Interruption[];
  /** What may be bought now, priced; resting offerings are still in here. */
  readonly offerings: readonly Offering[];
  readonly utilization: Utilization;
  /**
   * The ledger: operations that have not ended, and those that ended within its retention. It is the only memory of decisions:
   * cooldowns, unavailable offerings and pauses after failures are derived from it, so a restart loses nothing.
   */
  readonly operations: readonly Operation[];
  /**
   * What the rounds before found of nodes that are not needed. Absent where one round is decided by itself: then what is not needed
   * now counts as not needed for long, as one figure of load counts for the whole window.
   */
  readonly unneeded?: UnneededNodes;
}

/** A value, or the statement that it could not be had. */
export type Observed<T> =
  | { readonly status: 'known'; readonly value: T }
  | { readonly status: 'unknown'; readonly why: string };
