import type { Clock } from '../ports.ts';

/** Limits how often calls start: `perSecond` in the long run, up to `burst` at once. Callers queue in their order. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  #tokens: number;
  #refilledAtMs: number;

  constructor(limits: { perSecond: number; burst: number }, clock: Clock) {
    this.#perSecond = limits.perSecond;
    this.#burst = limits.burst;
    this.#clock = clock;
    this.#tokens = limits.burst;
    this.#refilledAtMs = clock.monotonicMs();
  }

  /** Resolves when a call may start; early, without having been granted one, when the signal aborts. */
  async take(signal?: AbortSignal): Promise<void> {
    this.#refill();
    this.#tokens -= 1;
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / this.#perSecond) * 1000, signal);
  }

  #refill(): void {
    const now = this.#clock.monotonicMs();
    this.#tokens = Math.min(
      this.#burst,
      this.#tokens + ((now - this.#refilledAtMs) / 1000) * this.#perSecond,
    );
    this.#refilledAtMs = now;
  }
}
