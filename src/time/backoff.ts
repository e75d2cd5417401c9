/** How the pauses between repeated tries grow: the first, doubled up to the longest. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** The pause after this many failures in a row: `firstMs` after the first, doubled with each further one. */
export function backoffMs(failures: number, { firstMs, maxMs }: Backoff): number {
  return Math.min(maxMs, firstMs * 2 ** Math.max(0, failures - 1));
}

/** As `backoffMs`, up to twice as long by `random` (0 ≤ value < 1), so that many clients do not try at once. */
export function jitteredBackoffMs(failures: number, backoff: Backoff, random: () => number): number {
  return Math.min(backoff.maxMs, backoffMs(failures, backoff) * (1 + random()));
}
