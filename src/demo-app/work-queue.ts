import type { Burner } from './burner.ts';

/** What the queue holds at most; it is only a number, but nobody waits for a million. */
export const QUEUE_CAPACITY = 100_000;

/** Items of work that are worked off one after the other. They live in this process and end with it. */
export class WorkQueue {
  readonly #burner: Burner;
  readonly #itemCpuMs: number;
  #depth = 0;
  #isWorking = false;

  constructor(burner: Burner, itemCpuMs: number) {
    this.#burner = burner;
    this.#itemCpuMs = itemCpuMs;
  }

  /** Items that wait, the one being worked on included. */
  get depth(): number {
    return this.#depth;
  }

  /** Adds all of them and says `true`, or none when they do not all fit. */
  add(count: number): boolean {
    if (this.#depth + count > QUEUE_CAPACITY) return false;
    this.#depth += count;
    if (!this.#isWorking) void this.#workOff();
    return true;
  }

  /** Forgets what waits, and says how many that were. */
  clear(): number {
    const cleared = this.#depth;
    this.#depth = 0;
    return cleared;
  }

  async #workOff(): Promise<void> {
    this.#isWorking = true;
    while (this.#depth > 0) {
      await this.#burner.burn(this.#itemCpuMs);
      // It may have been cleared meanwhile.
      this.#depth = Math.max(0, this.#depth - 1);
    }
    this.#isWorking = false;
  }
}
