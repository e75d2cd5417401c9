import type { Clock } from '../../src/ports.ts';

interface Sleeper {
  readonly ms: number;
  readonly dueAtMs: number;
  readonly wake: () => void;
}

/** Time that passes only when a test says so; real I/O goes on meanwhile. */
export class ManualClock implements Clock {
  #nowMs: number;
  #startMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = Date.parse('2026-11-24T10:00:00Z')) {
    this.#nowMs = startMs;
    this.#startMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs - this.#startMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { ms, dueAtMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  callAfter(ms: number, callback: () => void): () => void {
    const wake = () => {
      this.#sleepers.delete(sleeper);
      callback();
    };
    const sleeper = { ms, dueAtMs: this.#nowMs + ms, wake };
    this.#sleepers.add(sleeper);
    return () => this.#sleepers.delete(sleeper);
  }

  /** Lengths of the sleeps that are going on. */
  sleepsMs(): readonly number[] {
    return [...this.#sleepers].map((sleeper) => sleeper.ms);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const sleeper of this.#sleepers) if (sleeper.dueAtMs <= this.#nowMs) sleeper.wake();
  }
}
