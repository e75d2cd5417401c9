import type { Clock } from '../../ports.ts';
import { TimerQueue } from './timer-queue.ts';

/** More events than this at one instant are a loop that waits for no time at all. */
const MAX_PER_TURN = 100_000;

/** Thrown when events keep creating events at the same time, so that virtual time does not advance. */
class ClockStalled extends Error {
  constructor(atMs: number) {
    super(
      `time stands still ${atMs} ms after the world began: ${MAX_PER_TURN} events in a row took none of it`,
    );
    this.name = 'TimeStandsStill';
  }
}

/**
 * Virtual time: it advances only by `advanceTo`. Events fire in the order of (time, sequence); after each that woke someone
 * outside the world, every promise continuation runs before the next, so the same calls give the same story.
 */
export class VirtualClock implements Clock {
  readonly #startMs: number;
  readonly #queue = new TimerQueue();
  #monotonicMs = 0;
  #isStirred = false;

  /** `startMs` is the wall-clock time at which the world begins. */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#isStirred = true;
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const cancel = this.after(ms, wake);
      const stop = () => {
        cancel();
        resolve();
      };
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  callAfter(ms: number, callback: () => void): () => void {
    return this.after(ms, () => {
      this.#isStirred = true;
      callback();
    });
  }

  /** Of the world itself: calls back once, `ms` from now; returns how to call it off. */
  after(ms: number, fire: () => void): () => void {
    return this.#queue.add(this.#monotonicMs + Math.max(0, ms), fire);
  }

  /** Calls back every `ms` for as long as the world lasts, first `ms` from now. */
  every(ms: number, fire: () => void): void {
    this.after(ms, () => {
      fire();
      this.every(ms, fire);
    });
  }

  /** Says that someone who waits on a promise was woken: they run before time moves on. */
  stir(): void {
    this.#isStirred = true;
  }

  /** Moves time forward to `monotonicMs`, firing what is due on the way. */
  async advanceTo(monotonicMs: number): Promise<void> {
    await settled();
    let atOnce = 0;
    for (let next = this.#queue.next(monotonicMs); next !== undefined; next = this.#queue.next(monotonicMs)) {
      atOnce = next.atMs > this.#monotonicMs ? 0 : atOnce + 1;
      if (atOnce > MAX_PER_TURN) throw new ClockStalled(next.atMs);
      this.#monotonicMs = next.atMs;
      next.fire();
      if (this.#isStirred) {
        this.#isStirred = false;
        await settled();
      }
    }
    this.#monotonicMs = Math.max(this.#monotonicMs, monotonicMs);
  }
}

/** Resolves once no promise continuation is left to run: microtasks are all done before the next turn of the event loop. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
