import { type Backoff, backoffMs } from '../../time/backoff.ts';

interface RetryState {
  readonly notBeforeMs: number;
  readonly pauses: number;
  readonly why: string | undefined;
}

/** Maximum number of keys; the least recently used ones are dropped. */
const MAX_KEYS = 2_000;

/**
 * Retry schedule: when each call may be repeated, by key. Every change of the cluster wakes operations; the schedule keeps them
 * from calling EC2 and Kubernetes as often. It may be lost at any time: a call then comes early, which is harmless.
 */
export class RetrySchedule {
  readonly #states = new Map<string, RetryState>();

  isDue(key: string, nowMs: number): boolean {
    return nowMs >= this.notBeforeMs(key);
  }

  /** Earliest time of the next call; `-Infinity` for a key that was never paused. */
  notBeforeMs(key: string): number {
    return this.#states.get(key)?.notBeforeMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Why the last pause was made. */
  why(key: string): string | undefined {
    return this.#states.get(key)?.why;
  }

  pauseUntil(key: string, untilMs: number, why?: string): void {
    this.#store(key, { notBeforeMs: untilMs, pauses: 0, why });
  }

  /** Pauses, each time in a row for twice as long; returns until when. */
  backOff(key: string, nowMs: number, { why, ...backoff }: Backoff & { why?: string }): number {
    const pauses = (this.#states.get(key)?.pauses ?? 0) + 1;
    const notBeforeMs = nowMs + backoffMs(pauses, backoff);
    this.#store(key, { notBeforeMs, pauses, why });
    return notBeforeMs;
  }

  forget(key: string): void {
    this.#states.delete(key);
  }

  #store(key: string, state: RetryState): void {
    this.#states.delete(key);
    this.#states.set(key, state);
    const [oldest] = this.#states.keys();
    if (oldest !== undefined && this.#states.size > MAX_KEYS) this.#states.delete(oldest);
  }
}
