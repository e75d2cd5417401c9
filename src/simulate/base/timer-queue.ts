/** Something to be called at a time. */
interface Timer {
  readonly atMs: number;
  readonly sequence: number;
  readonly fire: () => void;
  isCancelled: boolean;
}

/** Timers in the order of their time and, at the same time, of their making: a binary heap. */
export class TimerQueue {
  readonly #heap: Timer[] = [];
  #made = 0;

  /** Adds a timer; returns how to call it off. */
  add(atMs: number, fire: () => void): () => void {
    const timer: Timer = { atMs, sequence: this.#made, fire, isCancelled: false };
    this.#made += 1;
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return () => {
      timer.isCancelled = true;
    };
  }

  /** Takes the first timer that is due at `untilMs`; `undefined` when none is. */
  next(untilMs: number): { readonly atMs: number; readonly fire: () => void } | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.isCancelled && first.atMs > untilMs) return undefined;
      this.#removeFirst();
      if (!first.isCancelled) return first;
    }
    return undefined;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      let least = at;
      if (this.#isBefore(left, least)) least = left;
      if (this.#isBefore(left + 1, least)) least = left + 1;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(i: number, j: number): boolean {
    const [a, b] = [this.#heap[i], this.#heap[j]];
    if (a === undefined || b === undefined) return false;
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
  }

  #swap(i: number, j: number): void {
    const [a, b] = [this.#heap[i], this.#heap[j]];
    if (a === undefined || b === undefined) return;
    this.#heap[i] = b;
    this.#heap[j] = a;
  }
}
