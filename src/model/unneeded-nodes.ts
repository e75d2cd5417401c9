import type { Reason } from './reason.ts';

/** A stretch of time in which the fleet had a node too many, and after which it needed it again. */
export interface Lull {
  readonly lastedMs: number;
  readonly endedAtMs: number;
}

/**
 * What one round after the other has found of nodes that the fleet could do without. A round gets what the round before it found
 * and says what it found itself, so that fit is a fact over time and not of an instant. After a restart it begins anew.
 */
export interface UnneededNodes {
  /** When this was found out. */
  readonly atMs: number;
  /** Since when each node could have gone, by its name; nodes that could not go now are left out. */
  readonly sinceMs: Readonly<Record<string, number>>;
  /** Why each of the others is needed, as far as that was asked. */
  readonly needed: Readonly<Record<string, Reason>>;
  /** Since when there was always such a node. */
  readonly spareSinceMs?: number;
  readonly lulls: readonly Lull[];
}

/** Where nothing was found yet. */
export const NO_UNNEEDED_NODES: UnneededNodes = { atMs: 0, sinceMs: {}, needed: {}, lulls: [] };
