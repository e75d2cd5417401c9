import { jitteredBackoffMs } from '../../../time/backoff.ts';

/** Meanwhile nothing is heard of the cluster, so what is back should be noticed soon. */
const RECONNECT = { firstMs: 800, maxMs: 10_000 } as const;
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
    this.#failures += 1;
    return retryAfterMs ?? jitteredBackoffMs(this.#failures, RECONNECT, this.#random);
  }
}
