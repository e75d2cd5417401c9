import type { OfferingKey } from './offering.ts';

/** An offering that failed for lack of capacity and rests. */
export interface Rest {
  readonly untilMs: number;
  /** Failures in a row; each makes the rest longer. */
  readonly failures: number;
  readonly code: string;
}

/**
 * What deciding remembers between two rounds beyond the snapshot. Plain data: the controller passes it in and keeps what
 * comes back. Losing it (a restart) is safe: cooldowns start anew from the ledger, rests are learned again.
 */
export interface Memory {
  /** Completion of the last growth driven by metrics. */
  readonly lastGrowthAtMs: number | undefined;
  /** Completion of the last removal. */
  readonly lastShrinkAtMs: number | undefined;
  readonly rests: Readonly<Record<OfferingKey, Rest>>;
  /** Nodes whose drain was aborted, and until when they are left alone. */
  readonly drainPauses: Readonly<Record<string, number>>;
  /** Launches that failed in a row to become a ready node. */
  readonly joinFailures: number;
  /** No launch before this time (back-off after failed joins or quota errors). */
  readonly launchPausedUntilMs: number | undefined;
  readonly launchPauseWhy: string | undefined;
  /** When the current batch of unschedulable pods began and when it last grew. */
  readonly pendingBatch: PendingBatch | undefined;
}

/** The pods that wait to be launched for together. */
export interface PendingBatch {
  readonly firstSeenAtMs: number;
  readonly lastGrewAtMs: number;
  readonly podUids: readonly string[];
}

export const EMPTY_MEMORY: Memory = {
  lastGrowthAtMs: undefined,
  lastShrinkAtMs: undefined,
  rests: {},
  drainPauses: {},
  joinFailures: 0,
  launchPausedUntilMs: undefined,
  launchPauseWhy: undefined,
  pendingBatch: undefined,
};
