/** The processor as the burner sees it. */
export interface Processor {
  /** CPU time that this thread has spent, in milliseconds. */
  spentMs(): number;
  /** A piece of real work, well under a millisecond. */
  work(): void;
  /** Resolves in a later turn of the event loop, when waiting I/O has been served. */
  nextTurn(): Promise<void>;
}

/** Longest time that the event loop, and so a probe, waits for a burn, however many go on. */
const SLICE_CPU_MS = 5;
/** Beyond this many, a newcomer would wait longer than any client does: it is better told so at once. */
const MAX_BURNS = 500;

interface Burn {
  leftMs: number;
  readonly done: () => void;
}

/**
 * Spends CPU time on request: real work, measured as CPU time and not as time that passes, so a throttled container burns
 * as much as a free one and takes longer. All burns take turns in slices, one slice a turn of the event loop.
 */
export class Burner {
  readonly #processor: Processor;
  readonly #burns: Burn[] = [];
  #isBusy = false;

  constructor(processor: Processor) {
    this.#processor = processor;
  }

  /** Whether one more burn is refused. */
  isFull(): boolean {
    return this.#burns.length >= MAX_BURNS;
  }

  /** Resolves when `cpuMs` milliseconds of CPU time have been spent for this call. */
  burn(cpuMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#burns.push({ leftMs: cpuMs, done: resolve });
      if (!this.#isBusy) void this.#takeTurns();
    });
  }

  async #takeTurns(): Promise<void> {
    this.#isBusy = true;
    for (;;) {
      await this.#processor.nextTurn();
      const burn = this.#burns.shift();
      if (burn === undefined) break;
      burn.leftMs -= this.#spend(Math.min(SLICE_CPU_MS, burn.leftMs));
      if (burn.leftMs > 0) this.#burns.push(burn);
      else burn.done();
    }
    this.#isBusy = false;
  }

  #spend(cpuMs: number): number {
    const startMs = this.#processor.spentMs();
    let spentMs = 0;
    while (spentMs < cpuMs) {
      this.#processor.work();
      spentMs = this.#processor.spentMs() - startMs;
    }
    return spentMs;
  }
}
