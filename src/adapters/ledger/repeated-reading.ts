import { type Clock, PortError } from '../../ports.ts';

/** What a predecessor sent before it died arrives within seconds, seldom minutes, of the take-over. */
const INITIAL_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 60_000;

/**
 * When a store of operations is read. The first reading is waited for. Since only the leader writes, later ones look for what
 * should not be there: what a predecessor sent late, and what this process wrote without hearing of it.
 */
export class RepeatedReading {
  readonly #read: (signal: AbortSignal) => Promise<void>;
  readonly #clock: Clock;
  #first: Promise<void> | undefined;
  #pauseMs = INITIAL_PAUSE_MS;
  #dueAtMs: number | undefined;

  constructor(clock: Clock, read: (signal: AbortSignal) => Promise<void>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** Resolves once the store has been read; throws what the first reading throws, and tries it anew with the next call. */
  async done(signal: AbortSignal): Promise<void> {
    this.#first ??= this.#read(signal);
    try {
      await this.#first;
    } catch (error) {
      this.#first = undefined;
      throw error;
    }
    const nowMs = this.#clock.monotonicMs();
    this.#dueAtMs ??= nowMs + this.#pauseMs;
    if (nowMs < this.#dueAtMs) return;
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
    this.#dueAtMs = nowMs + this.#pauseMs;
    void this.#readAgain();
  }

  /** What became of a write is not known: the store is read again with the next call. */
  isUncertain(): void {
    this.#dueAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Beside the caller, who goes on with what is known; each call of the reading has a deadline of its own. */
  async #readAgain(): Promise<void> {
    try {
      await this.#read(new AbortController().signal);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    }
  }
}
