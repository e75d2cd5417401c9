import type { LaunchIntent, RemovalIntent } from '../../model/intent.ts';
import type {
  AbortLaunchAction,
  ExpediteRemovalAction,
  RetainedNode,
  Refusal,
  WarmPoolState,
} from '../../model/plan.ts';
import type { UnneededNodes } from '../../model/unneeded-nodes.ts';
import type { ReplacementRequest } from './replacement.ts';

/** A node to remove; the times that are left out are as the policy says for every removal. */
export type WantedRemoval = Omit<RemovalIntent, 'deadlineMs' | 'graceLimitSeconds'> &
  Partial<Pick<RemovalIntent, 'deadlineMs' | 'graceLimitSeconds'>>;

/** What one method wants done to nodes that are there, and what it says about those that it leaves alone. */
export interface Disruption {
  readonly removals?: readonly WantedRemoval[];
  /** What is bought so that nodes may go later, or for the warm pool. */
  readonly launches?: readonly LaunchIntent[];
  /** What the demands are to make up for. */
  readonly replacements?: readonly ReplacementRequest[];
  /** Removals under way that have less time now. */
  readonly expedited?: readonly ExpediteRemovalAction[];
  /** Launches under way whose machine goes. */
  readonly calledOff?: readonly AbortLaunchAction[];
  readonly refusals?: readonly Refusal[];
  /** Why each node stays that does. */
  readonly kept?: readonly RetainedNode[];
  readonly warmPool?: WarmPoolState;
  /** What the next round is to know of nodes that are not needed. */
  readonly unneeded?: UnneededNodes;
  readonly wakeAtMs?: number | undefined;
}

/** What the methods above in the list have settled. */
export interface SoFar {
  /** Nodes that they remove. */
  readonly removed: readonly string[];
  /** How many launches they want. */
  readonly launched: number;
}

/** One way in which nodes go. A pure function of what it is asked about and of what the methods above it have settled. */
export interface Method<Context> {
  readonly name: string;
  compute(context: Context & SoFar): Disruption;
}
