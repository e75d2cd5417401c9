/** Past this many different values sharing starts over; a fleet's workloads have far fewer. */
const LIMIT = 50_000;

/** Shares equal values: the replicas of a workload have equal labels, requests and constraints, kept once. */
export class Interner {
  readonly #known = new Map<string, unknown>();
  readonly #texts = new Map<string, string>();

  /** The value that was made first from an equal `source`; `make` must depend on `source` alone. */
  share<T>(kind: string, source: unknown, make: () => T): T {
    const key = kind + JSON.stringify(source);
    const known = this.#known.get(key) as T | undefined;
    if (known !== undefined) return known;
    if (this.#known.size >= LIMIT) this.#known.clear();
    const value = make();
    this.#known.set(key, value);
    return value;
  }

  /** The same string object for equal strings. */
  text(value: string): string {
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    if (this.#texts.size >= LIMIT) this.#texts.clear();
    this.#texts.set(value, value);
    return value;
  }
}
