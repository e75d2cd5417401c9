import type { Clock } from '../ports.ts';

/** A longer delay fires early, which the owner must tolerate anyway. */
const MAX_DELAY_MS = 3_600_000;

/**
 * A resettable timer on monotonic time, so that a change of the wall clock delays nothing. It may fire early, but never twice for
 * one setting.
 */
export class WakeTimer {
  readonly #clock: Clock;
  readonly #onFire: () => void;
  #atMs: number | undefined;
  #cancel: (() => void) | undefined;

  /** `onFire` must not throw. */
  constructor(clock: Clock, onFire: () => void) {
    this.#clock = clock;
    this.#onFire = onFire;
  }

  /** Fires at this monotonic time and replaces the former setting; `undefined`: never. */
  set(atMs: number | undefined): void {
    if (atMs === this.#atMs) return;
    this.#cancel?.();
    this.#atMs = atMs;
    if (atMs === undefined) return;
    const ms = Math.min(MAX_DELAY_MS, Math.max(0, atMs - this.#clock.monotonicMs()));
    this.#cancel = this.#clock.callAfter(ms, () => {
      this.#atMs = undefined;
      this.#onFire();
    });
  }

  /** Fires after at most `ms`; an earlier setting is kept. */
  fireWithin(ms: number): void {
    const atMs = this.#clock.monotonicMs() + ms;
    if (this.#atMs === undefined || this.#atMs > atMs) this.set(atMs);
  }
}
