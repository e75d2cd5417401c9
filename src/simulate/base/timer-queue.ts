import { Heap } from 'heap-js';

/** Something to be called at a time. */
interface Timer {
  readonly atMs: number;
  readonly sequence: number;
  readonly fire: () => void;
  isCancelled: boolean;
}

/** Timers in the order of their time and, at the same time, of their making. */
export class TimerQueue {
  readonly #timers = new Heap<Timer>((a, b) => a.atMs - b.atMs || a.sequence - b.sequence);
  #made = 0;

  /** Adds a timer; returns how to call it off. */
  add(atMs: number, fire: () => void): () => void {
    const timer: Timer = {
      atMs,
      sequence: this.#made,
      fire,
      isCancelled: false,
    };
    this.#made += 1;
    this.#timers.push(timer);
    return () => {
      timer.isCancelled = true;
    };
  }

  /** Takes the first timer that is due at `untilMs`; `undefined` when none is. */
  next(untilMs: number): { readonly atMs: number; readonly fire: () => void } | undefined {
    for (let first = this.#timers.peek(); first !== undefined; first = this.#timers.peek()) {
      if (!first.isCancelled && first.atMs > untilMs) return undefined;
      this.#timers.pop();
      if (!first.isCancelled) return first;
    }
    return undefined;
  }
}
