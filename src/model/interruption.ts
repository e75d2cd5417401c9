import type { InstanceState } from './instance.ts';

/** What AWS says of an instance before, or when, it takes it away (facts: EC2 45-47). */
export type InterruptionKind =
  /** EC2 interrupts a spot instance, two minutes after `atMs`. */
  | 'spot-warning'
  /** A spot instance has an elevated risk of interruption (rebalance recommendation); no time is given. */
  | 'rebalance'
  /** The instance changed its state; acted upon when it stops or ends. */
  | 'state-change'
  /** AWS will reboot, stop or retire the machine, at `effectiveAtMs` where it says when. */
  | 'maintenance';

/** One announcement about one instance of any owner. */
export interface Interruption {
  readonly kind: InterruptionKind;
  readonly instanceId: string;
  /** When AWS said it, on this process's clock: never in the future, never older than a queue keeps messages. */
  readonly atMs: number;
  /** When it happens, where that is known. */
  readonly effectiveAtMs?: number;
  /** The new state; with `state-change` only. */
  readonly state?: InstanceState;
}

/**
 * Where an announcement stands after a round that saw it: `foreign` is about no instance of this fleet, `over` counts no more,
 * `settled` is written down in the ledger or needs nothing, `open` has to be seen again.
 */
export type InterruptionStatus = 'foreign' | 'over' | 'settled' | 'open';
/** What AWS announced of the instance that it is written on, without its name. */
export type Announcement = Pick<Interruption, 'kind' | 'atMs' | 'effectiveAtMs'>;

/** A hint that nothing followed from for this long is no longer one. */
const REBALANCE_COUNTS_MS = 3_600_000;
/** By then EC2's own list says it, too. */
const STATE_COUNTS_MS = 60_000;
/** AWS announces maintenance up to two weeks ahead. */
const MAINTENANCE_COUNTS_MS = 14 * 86_400_000;

/** The notice that EC2 gives before it takes a spot instance back. */
export const SPOT_NOTICE_MS = 120_000;

/** An instance that still runs this long after its announced end will not be interrupted any more. */
const VOID_AFTER_MS = 120_000;

/** The end of a spot machine's drain: the last pods need their grace before it goes (R77). */
export const SPOT_DRAIN_MS = 90_000;
/** Maximum grace period of pods on an interrupted spot instance. */
export const SPOT_GRACE_SECONDS = 30;
/** How long after the deadline of its drain a machine may still be there before the warning is taken to be void. */
export const SPOT_OVERDUE_MS = SPOT_NOTICE_MS - SPOT_DRAIN_MS + VOID_AFTER_MS;

/** Whether a spot warning still counts: EC2 may think better of it, and then the machine stays. */
export function isImminent({ kind, effectiveAtMs }: Interruption, nowMs: number): boolean {
  return kind === 'spot-warning' && nowMs < (effectiveAtMs ?? nowMs) + VOID_AFTER_MS;
}

/** Whether what was announced is still to be expected. */
export function stillCounts(interruption: Interruption, nowMs: number): boolean {
  const ageMs = nowMs - interruption.atMs;
  switch (interruption.kind) {
    case 'spot-warning':
      return isImminent(interruption, nowMs);
    case 'rebalance':
      return ageMs < REBALANCE_COUNTS_MS;
    case 'state-change':
      return ageMs < STATE_COUNTS_MS;
    case 'maintenance':
      return ageMs < MAINTENANCE_COUNTS_MS;
  }
}

/** The announcements with one more, which takes the place of one of its kind. */
export function withAnnouncement(
  announced: readonly Announcement[],
  { kind, atMs, effectiveAtMs }: Announcement,
): readonly Announcement[] {
  const added = { kind, atMs, ...(effectiveAtMs !== undefined && { effectiveAtMs }) };
  return [...announced.filter((one) => one.kind !== kind), added];
}
