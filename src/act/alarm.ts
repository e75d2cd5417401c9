import type { Clock } from '../ports.ts';

/** No single sleep is longer; an alarm for later rings early, which its owner must bear anyway. */
const LONGEST_SLEEP_MS = 3_600_000;

/** Why a sleep ends early. One for all: a fresh error with its stack is dear in every round. */
const SET_ANEW = 'the alarm was set anew';

/** One timer on the clock's time that can be set anew. It may ring early, never twice for one setting. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #atMs: number | undefined;
  #stop: AbortController | undefined;

  /** `ring` must not throw. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `atMs` instead of whenever it was set to; `undefined`: not at all. */
  set(atMs: number | undefined): void {
    if (atMs === this.#atMs) return;
    this.#stop?.abort(SET_ANEW);
    this.#atMs = atMs;
    if (atMs === undefined) return;
    this.#stop = new AbortController();
    void this.#sleep(atMs, this.#stop.signal);
  }

  /** Rings after at most `ms`: an earlier setting stays. */
  ringWithin(ms: number): void {
    const atMs = this.#clock.now() + ms;
    if (this.#atMs === undefined || this.#atMs > atMs) this.set(atMs);
  }

  async #sleep(atMs: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(Math.min(LONGEST_SLEEP_MS, Math.max(0, atMs - this.#clock.now())), signal);
    if (signal.aborted) return;
    this.#atMs = undefined;
    this.#ring();
  }
}
