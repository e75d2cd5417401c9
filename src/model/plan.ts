import type { LaunchIntent, RemovalIntent } from './intent.ts';
import type { PolicyIdentity } from './policy-identity.ts';
import type { Reason } from './reason.ts';
import type { UnneededNodes } from './unneeded-nodes.ts';

/** The target of one demand module: a number of nodes in total, and why. */
export interface Demand {
  readonly name: 'floor' | 'pending' | 'utilization';
  /** Nodes that the fleet should have in all, those in flight counted; `undefined`: the demand has no opinion now. */
  readonly nodes: number | undefined;
  readonly reasons: readonly Reason[];
}

/** Launch one instance of any of the intent's offerings. */
export interface LaunchAction extends LaunchIntent {
  readonly kind: 'launch';
  readonly operationId: string;
  readonly deadlineMs: number;
}

/** Drain this node, terminate its instance, delete its Node. */
export interface RemoveAction extends RemovalIntent {
  readonly kind: 'remove';
  readonly operationId: string;
}

/** A removal in flight has less time than it was given: EC2 takes its machine back (F64). */
export interface ExpediteRemovalAction {
  readonly kind: 'expedite-removal';
  readonly operationId: string;
  readonly nodeName: string;
  readonly reasons: readonly Reason[];
  readonly deadlineMs: number;
  readonly graceLimitSeconds: number;
}

/** Stop a removal in flight and uncordon its node: what it was for is no longer true. */
export interface AbortRemovalAction {
  readonly kind: 'abort-removal';
  readonly operationId: string;
  readonly nodeName: string;
  readonly reasons: readonly Reason[];
}

/** Give up a launch in flight and terminate what it made: the policy no longer allows it. */
export interface AbortLaunchAction {
  readonly kind: 'abort-launch';
  readonly operationId: string;
  readonly reasons: readonly Reason[];
}

/** Turns back what is under way. */
export type AbortAction = AbortRemovalAction | AbortLaunchAction;

export type Action = LaunchAction | RemoveAction | ExpediteRemovalAction | AbortAction;

/** Something that was wanted and not done, and by which bound or rule. */
export interface Refusal {
  readonly what: 'grow' | 'shrink' | 'pod';
  /** The node or pod it concerns; absent where it concerns the fleet. */
  readonly subject?: string;
  readonly reason: Reason;
}

/** Why one worker stays. */
export interface RetainedNode {
  readonly nodeName: string;
  readonly reason: Reason;
}

/** The warm pool as one round saw it. */
export interface WarmPoolState {
  /** How many machines the policy keeps in it; 0: none, and what is left is removed. */
  readonly size: number;
  readonly waiting: number;
  readonly filling: number;
  readonly leaving: number;
  /** The disks, and the machine that is being made ready; absent when a price is not known. */
  readonly costUsdPerHour?: number;
  /** What is done for it, or what that waits for. */
  readonly reason: Reason;
}

/** What one round decided. Every action and every refusal has a reason with numbers. */
export interface Plan {
  readonly decisionId: string;
  readonly decidedAtMs: number;
  readonly policy: PolicyIdentity;
  readonly demands: readonly Demand[];
  /** Workers that count now: ready, booting and in flight, less those being removed. */
  readonly currentNodes: number;
  /** Workers wanted after the bounds. */
  readonly desiredNodes: number;
  readonly actions: readonly Action[];
  readonly refusals: readonly Refusal[];
  readonly kept: readonly RetainedNode[];
  /** What the policy asks of the fleet and it is not, what weighs most first; absent while it is all that. */
  readonly deviations?: readonly Reason[];
  /** Absent where neither the policy nor the world has a warm pool. */
  readonly warmPool?: WarmPoolState;
  /** What this round found of nodes that are not needed, for the next one. */
  readonly unneeded?: UnneededNodes;
  /** When deciding again is worth it even if nothing changes (a batch closes, a cooldown ends); absent: at the next tick. */
  readonly wakeAtMs?: number;
}
