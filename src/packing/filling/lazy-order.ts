/** Indexes of an array of keys in ascending order of key, then of index, sorted only as far as they are asked for. */
export class LazyOrder {
  readonly #keys: Float64Array;
  /** A heap of the indexes that are not sorted yet. */
  readonly #heap: Int32Array;
  #left: number;
  readonly #sorted: number[] = [];

  constructor(keys: Float64Array) {
    this.#keys = keys;
    this.#heap = Int32Array.from(keys, (_, index) => index);
    this.#left = keys.length;
    for (let at = (this.#left >> 1) - 1; at >= 0; at -= 1) this.#sink(at);
  }

  /** The index at this rank, counted from 0; `undefined` behind the last. */
  at(rank: number): number | undefined {
    while (this.#sorted.length <= rank && this.#left > 0) this.#sorted.push(this.#takeLeast());
    return this.#sorted[rank];
  }

  #takeLeast(): number {
    const least = this.#heap[0] as number;
    this.#left -= 1;
    this.#heap[0] = this.#heap[this.#left] as number;
    this.#sink(0);
    return least;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const moving = heap[from] as number;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#left) break;
      if (child + 1 < this.#left && this.#isBefore(heap[child + 1] as number, heap[child] as number))
        child += 1;
      if (!this.#isBefore(heap[child] as number, moving)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = moving;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#keys[a] as number) - (this.#keys[b] as number);
    return difference < 0 || (difference === 0 && a < b);
  }
}
