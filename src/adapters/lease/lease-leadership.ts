import { type Clock, type Leadership, PortError } from '../../ports.ts';
import { raceWithAbort } from '../../time/race-with-abort.ts';
import type { LeaseRecord, LeaseStore, StoredLease } from './lease-store.ts';

/** How long a lease holds, and how it is kept. The deadline is well before another contender may count it as expired. */
export interface LeaseTimesMs {
  /** Lease duration: a lease whose record does not change for this long has expired. */
  readonly lease: number;
  /** Renew deadline: a holder that cannot renew for this long stops writing. */
  readonly renewDeadline: number;
  /** From one renewal to the next. */
  readonly renewPeriod: number;
  /** From one look of a contender to the next: what it may hear late of a renewal, or of a lease that was given back. */
  readonly pollPeriod: number;
}

/**
 * A leader that cannot renew stops writing 4 s before another may start. A crash is followed within the lease and one look,
 * 13.2 s, which leaves the successor time to decide within 15 s of it; a clean stop within a look, 1.2 s.
 */
export const LEASE_TIMES_MS: LeaseTimesMs = {
  lease: 12_000,
  renewDeadline: 8_000,
  renewPeriod: 2_000,
  pollPeriod: 1_000,
};
/** Contenders wait up to this share longer, so that they do not knock all at once. */
const JITTER_SHARE = 0.2;
/** Giving the lease back must not delay the end of the process for long. */
const RELEASE_TIMEOUT_MS = 3_000;

export interface LeaseLeadershipOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  /** Unique to this process, not to its host: a restarted process is another contender. */
  readonly identity: string;
  /** 0 up to 1, such as `Math.random`. */
  readonly random: () => number;
  /** @default LEASE_TIMES_MS */
  readonly timesMs?: LeaseTimesMs;
  /** Called on failed calls; the leader election continues. */
  readonly onFailure?: (error: PortError) => void;
}

/**
 * Leadership by a Lease. A lease of someone else has expired when its record did not change for its duration by our own
 * monotonic clock; clocks of different machines are never compared. After `lost`, make a new process, not a new contest:
 * what this one remembers may be outdated.
 */
export class LeaseLeadership implements Leadership {
  readonly #options: LeaseLeadershipOptions;
  readonly #timesMs: LeaseTimesMs;
  readonly #acquired = Promise.withResolvers<void>();
  #observed: { readonly lease: StoredLease; readonly sinceMs: number } | undefined;
  #isHeld = false;
  /** When the last successful renewal was sent, which is before anyone else could see it. */
  #renewedAtMs = 0;
  /** Of the lease as this process held it last; never that of another holder. */
  #token = 0;

  constructor(options: LeaseLeadershipOptions) {
    this.#options = options;
    this.#timesMs = options.timesMs ?? LEASE_TIMES_MS;
  }

  /** False as soon as the last renewal is older than the renew deadline, even if a stalled loop has not noticed it. */
  isLeader(): boolean {
    return (
      this.#isHeld && this.#options.clock.monotonicMs() - this.#renewedAtMs < this.#timesMs.renewDeadline
    );
  }

  /** The lease's count of transitions: each holder has its own, and a later one a higher. */
  fencingToken(): number {
    return this.#token;
  }

  /** Resolves once this process leads, or when the signal aborts. */
  async acquired(signal: AbortSignal): Promise<void> {
    await raceWithAbort(this.#acquired.promise, signal, () => undefined);
  }

  /**
   * Contends for the lease and then keeps it until it is `lost`, or until the signal aborts; then it gives the lease back
   * (`released`), so that a successor need not wait. Abort only after the last write that needs leadership has ended.
   */
  async contend(signal: AbortSignal): Promise<'lost' | 'released'> {
    while (!signal.aborted) {
      if (await this.#tryToHold(signal)) this.#acquired.resolve();
      else if (this.#hasLost()) {
        this.#isHeld = false;
        return 'lost';
      }
      await this.#options.clock.sleep(this.#pauseMs(), signal);
    }
    await this.#release();
    return 'released';
  }

  /** A contender wakes at the very moment at which the lease that it watches expires. */
  #pauseMs(): number {
    const { renewPeriod, pollPeriod } = this.#timesMs;
    if (this.#isHeld) return renewPeriod;
    const pollMs = pollPeriod * (1 + JITTER_SHARE * this.#options.random());
    const record = this.#observed?.lease.record;
    const leftMs = record === undefined ? 0 : this.#remainingMs(record);
    return leftMs > 0 ? Math.min(pollMs, leftMs) : pollMs;
  }

  /** Lost for certain when another holder is seen; lost for want of an answer when the deadline is over. */
  #hasLost(): boolean {
    if (!this.#isHeld) return false;
    const holder = this.#observed?.lease.record.holderIdentity;
    return (holder !== undefined && holder !== this.#options.identity) || !this.isLeader();
  }

  async #tryToHold(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#attempt(signal);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      if (!signal.aborted) this.#options.onFailure?.(error);
      return false;
    }
  }

  async #attempt(signal: AbortSignal): Promise<boolean> {
    const { clock, store, identity } = this.#options;
    const found = await store.read(signal);
    this.#observe(found);
    if (found !== undefined && found.record.holderIdentity !== identity && !this.#hasExpired(found.record))
      return false;
    // A renewal that comes too late is none: another contender may have been counting since before it was sent.
    if (this.#isHeld && !this.isLeader()) return false;
    const sentAtMs = clock.monotonicMs();
    const stored = await store.write(this.#nextRecord(found?.record), found?.version, signal);
    if (stored === 'conflict') return false;
    this.#observe(stored);
    this.#renewedAtMs = sentAtMs;
    this.#isHeld = true;
    this.#token = stored.record.leaseTransitions;
    return true;
  }

  #observe(lease: StoredLease | undefined): void {
    if (lease === undefined) this.#observed = undefined;
    else if (lease.version !== this.#observed?.lease.version)
      this.#observed = { lease, sinceMs: this.#options.clock.monotonicMs() };
  }

  #hasExpired(record: LeaseRecord): boolean {
    return record.holderIdentity === '' || this.#remainingMs(record) <= 0;
  }

  /** How long the record, if it stands still, keeps others from leading. */
  #remainingMs({ leaseDurationSeconds }: LeaseRecord): number {
    const sinceMs = this.#observed?.sinceMs ?? 0;
    return sinceMs + leaseDurationSeconds * 1000 - this.#options.clock.monotonicMs();
  }

  #nextRecord(before: LeaseRecord | undefined): LeaseRecord {
    const { clock, identity } = this.#options;
    const nowMs = clock.now();
    const isRenewal = before?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: this.#timesMs.lease / 1000,
      acquireTimeMs: isRenewal ? before.acquireTimeMs : nowMs,
      renewTimeMs: nowMs,
      leaseTransitions: transitionsAfter(before, isRenewal, nowMs),
    };
  }

  async #release(): Promise<void> {
    const held = this.isLeader() ? this.#observed?.lease : undefined;
    this.#isHeld = false;
    if (held === undefined) return;
    const record = { ...held.record, holderIdentity: '', leaseDurationSeconds: 1 };
    try {
      await this.#options.store.write(record, held.version, AbortSignal.timeout(RELEASE_TIMEOUT_MS));
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#options.onFailure?.(error);
    }
  }
}

/**
 * The count begins at the seconds since 1970, not at zero: one lease after another of that name, say after somebody deleted it, so
 * counts on, and what its leaders write is not taken for that of earlier ones. It holds in 32 bits until 2038.
 */
function transitionsAfter(before: LeaseRecord | undefined, isRenewal: boolean, nowMs: number): number {
  if (before === undefined) return Math.floor(nowMs / 1_000);
  return isRenewal ? before.leaseTransitions : before.leaseTransitions + 1;
}
