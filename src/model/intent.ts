import type { InterruptionKind } from './interruption.ts';
import type { OfferingKey } from './offering.ts';
import type { Reason } from './reason.ts';

/** An instance that AWS announced to take away, and by which kind of announcement. */
export interface Replaced {
  readonly instanceId: string;
  readonly interruption: InterruptionKind;
}

/** A stopped instance of the warm pool, and what it was bought as. */
export interface WarmInstance {
  readonly instanceId: string;
  readonly offering: OfferingKey;
}

/**
 * What one launch is to bring and what it is for. The same from the demand that wants it, through the plan, to the ledger: a field
 * that is new here is carried all the way.
 */
export interface LaunchIntent {
  /** Any of these, the preferred first; the cloud may take any of them. */
  readonly offerings: readonly OfferingKey[];
  /** Pods that the node is bought for (`namespace/name`): they are nominated to it while it boots. Empty where metrics or the floor want it. */
  readonly nominatedPods: readonly string[];
  /** The shapes of these pods, by which pods like them are known again; absent where there are none. */
  readonly boughtFor?: readonly string[];
  readonly reasons: readonly Reason[];
  /** Growth by metrics starts the cooldown; pending pods, repair and replacement do not. */
  readonly startsCooldown: boolean;
  /** How long its machine may take from EC2's answer to the ready node, where that is shorter than until its deadline. */
  readonly joinWithinMs?: number;
  /** Pods that it is bought for belong to a Job: what ran once may run again within the hour. */
  readonly forJobs?: true;
  /** What AWS takes away and this one makes up for: an instance is replaced once. */
  readonly replaces?: Replaced;
  /** Nodes whose pods it takes over, with the other launches of its decision: they go once all are ready. */
  readonly consolidates?: readonly string[];
  /** It is for the warm pool: once it has joined it is stopped, and counts as no worker. */
  readonly forPool?: true;
  /** The stopped instance of the warm pool that it starts, as its first attempt; the offerings are for when it cannot be. */
  readonly starts?: WarmInstance;
}

/** What one removal is to take away, and how. The same from the method that wants it to the ledger. */
export interface RemovalIntent {
  readonly nodeName: string;
  readonly instanceId: string;
  readonly reasons: readonly Reason[];
  /** When it must have succeeded; past it the operation undoes itself. */
  readonly deadlineMs: number;
  /** Longest grace period that an evicted pod is given. */
  readonly graceLimitSeconds: number;
  /** The node was dead when this was decided: nothing is drained, and it stays if it is ready again by then. */
  readonly isRepair?: true;
  /** AWS' announcement that it follows from. After a spot warning nothing turns it back: the machine goes anyway. */
  readonly interruption?: InterruptionKind;
  /** What the machine was bought as, where AWS takes it back: that pool rests. */
  readonly reclaimed?: OfferingKey;
  /** Nothing is evicted: the node takes no more pods until the deadline, or until a spot warning comes. */
  readonly isCordonOnly?: true;
  /** Shapes of pods that the node was bought for, that wait still, and of which it has none. */
  readonly untaken?: readonly string[];
  /** A stopped machine leaves the warm pool: no worker goes. Always with `isRepair`, since there is nothing to drain. */
  readonly fromPool?: true;
}
