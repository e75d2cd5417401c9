import type { LaunchIntent } from '../../../model/intent.ts';
import type { Lifecycle, Offering } from '../../../model/offering.ts';
import type { Demand, Refusal } from '../../../model/plan.ts';
import type { Pod } from '../../../model/pod.ts';
import type { Reason } from '../../../model/reason.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Purpose } from '../../state/purpose.ts';
import type { FleetMix } from '../choice.ts';

/** What a demand may look at. */
export interface DemandContext {
  readonly situation: DecisionContext;
  /** Offerings that may be asked for now: those that rest are left out. */
  readonly usable: readonly Offering[];
  /** The fleet with what the demands before this one asked for. */
  readonly mix: FleetMix;
  /** Pods that wait for room there is or that comes, as the demands before this one found. */
  readonly waitingPods: number;
}

/** Nodes to buy that are alike. */
export interface NodeRequest extends Omit<LaunchIntent, 'offerings' | 'nominatedPods'> {
  readonly count: number;
  /** Any of these may be bought; the planner ranks them. */
  readonly offerings: readonly Offering[];
  /** What to buy first; by the policy's share where it is absent. */
  readonly lifecycle?: Lifecycle;
}

/** One node that is settled already, with the offering that it counts as. */
export interface PackedRequest {
  readonly wish: LaunchIntent;
  readonly offering: Offering;
}

/** Keeps nodes from going. */
export interface ShrinkHold {
  readonly reason: Reason;
  /** What the nodes would go for. */
  readonly purposes: readonly Purpose[];
}

/** What one demand says in one round. All but the requests may be left out. */
export interface DemandAnswer {
  /** What the plan shows of it. */
  readonly demand?: Demand;
  readonly packed?: readonly PackedRequest[];
  readonly requests: readonly NodeRequest[];
  readonly refusals?: readonly Refusal[];
  /** More is wanted than is asked for now: a batch is open, or a cooldown or the launch rate holds. */
  readonly isWanted?: boolean;
  /** Why no drain should go on: what leaves is needed. */
  readonly stopsDrains?: readonly Reason[];
  /** Pods that wait for room there is or that comes. */
  readonly waitingPods?: number;
  /** Pods that wait and that no node can help now: each keeps the nodes on which it might run. */
  readonly stuckPods?: readonly Pod[];
  /** How many workers must stay, and why. */
  readonly keepsAtLeast?: { readonly nodes: number; readonly reason: Reason };
  readonly holdsShrink?: ShrinkHold;
  /** When asking again is worth it even if nothing changes. */
  readonly wakeAtMs?: number | undefined;
}

/** A reason to want nodes. A pure function of the round; it sees what the demands before it asked for. */
export interface DemandSource {
  readonly name: string;
  evaluate(context: DemandContext): DemandAnswer;
}
