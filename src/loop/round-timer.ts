import type { Clock } from '../ports.ts';
import { backoffMs } from '../time/backoff.ts';
import { WakeSignal } from '../time/wake-signal.ts';
import { WakeTimer } from '../time/wake-timer.ts';

/** Changes of the cluster and steps of operations within this time make one round. */
const COALESCE_MS = 50;
const RETRY = { firstMs: 1_000, maxMs: 30_000 } as const;

/**
 * When rounds of the loop are due: after a wake, soon after a change, when the policy's interval is over, when the last plan
 * wants one, and not before a pause is over when rounds fail. Times are monotonic.
 */
export class RoundTimer {
  readonly #clock: Clock;
  /** Wakes that come while a round goes on make one further round. */
  readonly #wakeSignal = new WakeSignal();
  /** Rings for the next round by time: the interval, or what the last plan waits for. */
  readonly #timer: WakeTimer;
  /** Rings soon after a change of the cluster or a step of an operation. */
  readonly #changes: WakeTimer;
  #intervalEndMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  /** `onInterval` is called instead of a wake when the interval is over; it must wake the loop itself. */
  constructor(clock: Clock, onInterval: () => void) {
    this.#clock = clock;
    this.#changes = new WakeTimer(clock, () => this.wake());
    this.#timer = new WakeTimer(clock, () => (this.#isIntervalOver() ? onInterval() : this.wake()));
  }

  /** Makes a round due now; wakes before it begins count as one. */
  wake(): void {
    this.#wakeSignal.notify();
  }

  /** Makes a round due within 50 ms, so that changes that come together make one. */
  wakeSoon(): void {
    this.#changes.fireWithin(COALESCE_MS);
  }

  /** Resolves when a round is due, or at a wake after the signal has aborted. For a single waiter. */
  async due(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.#wakeSignal.wait();
      // After a failed round changes wait as well: whatever failed would be asked at their pace otherwise.
      if (signal.aborted || this.#notBeforeMs <= this.#clock.monotonicMs()) return;
      this.#timer.set(this.#notBeforeMs);
    }
  }

  /** Makes a round due at this time, unless one is due before. */
  setNext(atMs: number): void {
    this.#timer.set(atMs);
  }

  /** The end of the interval; a new one begins if the last is over. */
  intervalEndMs(intervalMs: number): number {
    if (this.#isIntervalOver()) this.#intervalEndMs = this.#clock.monotonicMs() + intervalMs;
    return this.#intervalEndMs;
  }

  onSuccess(): void {
    this.#failures = 0;
  }

  /** Holds rounds back, longer with each failure in a row; returns for how long, in milliseconds. */
  onFailure(): number {
    this.#failures += 1;
    const pauseMs = backoffMs(this.#failures, RETRY);
    this.#notBeforeMs = this.#clock.monotonicMs() + pauseMs;
    return pauseMs;
  }

  /** No round becomes due by time any more. */
  stop(): void {
    this.#timer.set(undefined);
    this.#changes.set(undefined);
  }

  #isIntervalOver(): boolean {
    return this.#clock.monotonicMs() >= this.#intervalEndMs;
  }
}
