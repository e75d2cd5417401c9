const FIRST_MS = 800;
/** Meanwhile nothing is heard of the cluster, so what is back should be noticed soon. */
const LIMIT_MS = 10_000;
/** After this long without a fault the next one is a first one again. */
const HEALTHY_MS = 10_000;

/** How long to wait before the next connection: 0.8 s doubled to 10 s, with jitter so that replicas spread. */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** The next wait after a connection that lived for `livedMs`; what the server asks for wins. */
  nextMs(livedMs: number, retryAfterMs: number | undefined): number {
    if (livedMs >= HEALTHY_MS) this.#failures = 0;
    const base = Math.min(LIMIT_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
    return retryAfterMs ?? Math.min(LIMIT_MS, base * (1 + this.#random()));
  }
}
