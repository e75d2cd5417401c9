/** Indexes with scores, the least score first, then the least index. */
export class ScoreHeap {
  readonly #indexes: number[] = [];
  readonly #scores: number[] = [];
  readonly #aside: (readonly [number, number])[] = [];

  get least(): number | undefined {
    return this.#indexes[0];
  }

  get leastScore(): number {
    return this.#scores[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the least out until `restore`. */
  setAside(): void {
    this.#aside.push([this.#indexes[0] as number, this.#scores[0] as number]);
    this.removeLeast();
  }

  /** Puts everything that was set aside back into the heap. */
  restore(): void {
    for (const [index, score] of this.#aside) this.add(index, score);
    this.#aside.length = 0;
  }

  add(index: number, score: number): void {
    let at = this.#indexes.length;
    this.#indexes.push(index);
    this.#scores.push(score);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  removeLeast(): void {
    const last = this.#indexes.length - 1;
    this.#swap(0, last);
    this.#indexes.pop();
    this.#scores.pop();
    let at = 0;
    for (;;) {
      let min = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < last && this.#isBefore(child, min)) min = child;
      if (min === at) return;
      this.#swap(at, min);
      at = min;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const byScore = (this.#scores[a] as number) - (this.#scores[b] as number);
    return byScore < 0 || (byScore === 0 && (this.#indexes[a] as number) < (this.#indexes[b] as number));
  }

  #swap(a: number, b: number): void {
    const index = this.#indexes[a] as number;
    const score = this.#scores[a] as number;
    this.#indexes[a] = this.#indexes[b] as number;
    this.#scores[a] = this.#scores[b] as number;
    this.#indexes[b] = index;
    this.#scores[b] = score;
  }
}
