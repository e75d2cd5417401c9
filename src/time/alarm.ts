import type { Clock } from '../ports.ts';

/** An alarm for later rings early, which its owner must bear anyway. */
const LONGEST_MS = 3_600_000;

/**
 * One timer on the clock's monotonic time that can be set anew: a time of day that is set back must hold nothing up. It may ring
 * early, never twice for one setting.
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #atMs: number | undefined;
  #callOff: (() => void) | undefined;

  /** `ring` must not throw. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at this monotonic time instead of whenever it was set to; `undefined`: not at all. */
  set(atMs: number | undefined): void {
    if (atMs === this.#atMs) return;
    this.#callOff?.();
    this.#atMs = atMs;
    if (atMs === undefined) return;
    const ms = Math.min(LONGEST_MS, Math.max(0, atMs - this.#clock.monotonicMs()));
    this.#callOff = this.#clock.ringAfter(ms, () => {
      this.#atMs = undefined;
      this.#ring();
    });
  }

  /** Rings after at most `ms`: an earlier setting stays. */
  ringWithin(ms: number): void {
    const atMs = this.#clock.monotonicMs() + ms;
    if (this.#atMs === undefined || this.#atMs > atMs) this.set(atMs);
  }
}
