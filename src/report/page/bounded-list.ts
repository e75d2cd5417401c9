/** A list that keeps the newest `max` items, in the order in which they came. */
export class BoundedList<T> {
  readonly #items: T[] = [];
  readonly #most: number;

  constructor(max: number) {
    this.#most = max;
  }

  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length > this.#most) this.#items.splice(0, this.#items.length - this.#most);
  }

  replaceLast(item: T): void {
    if (this.#items.length > 0) this.#items[this.#items.length - 1] = item;
  }

  /** Replaces every item by what `change` makes of it. */
  update(change: (item: T) => T): void {
    for (const [index, item] of this.#items.entries()) this.#items[index] = change(item);
  }

  last(): T | undefined {
    return this.#items.at(-1);
  }

  get items(): readonly T[] {
    return this.#items;
  }
}
