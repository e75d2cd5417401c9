/**
 * Reproducible randomness (the sfc32 generator of PractRand). Each consumer draws from a stream of its own name, so one
 * more consumer, or one more draw of another, shifts nothing for the rest.
 */
export class RandomStream {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    this.#seed = String(seed);
    this.#a = hash(`${this.#seed}/a`);
    this.#b = hash(`${this.#seed}/b`);
    this.#c = hash(`${this.#seed}/c`);
    for (let i = 0; i < 15; i += 1) this.#next32();
  }

  /** An independent stream; the same name always gives the same one. */
  stream(name: string): RandomStream {
    return new RandomStream(`${this.#seed}/${name}`);
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.#next32() / 2 ** 32;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A whole number in [0, count). */
  integer(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** One of the list; `undefined` when it is empty. */
  pick<T>(list: readonly T[]): T | undefined {
    return list[this.integer(list.length)];
  }

  /** Exponentially distributed, as are the times between independent events. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  #next32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value >>> 0;
}
