import { type Backoff, backoffMs } from '../../time/backoff.ts';

interface Pace {
  readonly notBeforeMs: number;
  readonly pauses: number;
  readonly why: string | undefined;
}

/** More keys are not remembered: the longest untouched go. */
const MOST_KEYS = 2_000;

/**
 * Remembers, per key, when a call is worth repeating. Operations are woken by every change in the cluster; the pacer is
 * why they do not call the world as often. It may be lost at any time: then a call comes early, which is harmless.
 */
export class Pacer {
  readonly #paces = new Map<string, Pace>();

  isDue(key: string, nowMs: number): boolean {
    return nowMs >= this.notBeforeMs(key);
  }

  /** When the call is worth making; `-Infinity` for a key that was never paused. */
  notBeforeMs(key: string): number {
    return this.#paces.get(key)?.notBeforeMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Why the last pause was made. */
  why(key: string): string | undefined {
    return this.#paces.get(key)?.why;
  }

  pauseUntil(key: string, untilMs: number, why?: string): void {
    this.#remember(key, { notBeforeMs: untilMs, pauses: 0, why });
  }

  /** Pauses, each time in a row for twice as long; returns until when. */
  backOff(key: string, nowMs: number, { why, ...backoff }: Backoff & { why?: string }): number {
    const pauses = (this.#paces.get(key)?.pauses ?? 0) + 1;
    const notBeforeMs = nowMs + backoffMs(pauses, backoff);
    this.#remember(key, { notBeforeMs, pauses, why });
    return notBeforeMs;
  }

  forget(key: string): void {
    this.#paces.delete(key);
  }

  #remember(key: string, pace: Pace): void {
    this.#paces.delete(key);
    this.#paces.set(key, pace);
    const [oldest] = this.#paces.keys();
    if (oldest !== undefined && this.#paces.size > MOST_KEYS) this.#paces.delete(oldest);
  }
}
