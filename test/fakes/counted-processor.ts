import { setImmediate } from 'node:timers/promises';
import type { Processor } from '../../src/demo-app/burner.ts';

/** A processor on which each piece of work takes exactly a millisecond of CPU time, and no time that passes. */
export class CountedProcessor implements Processor {
  #spentMs = 0;
  #spentBeforeMs = 0;
  /** CPU time spent in each turn of the event loop, in milliseconds. */
  readonly turnsMs: number[] = [];

  spentMs(): number {
    return this.#spentMs;
  }

  work(): void {
    this.#spentMs += 1;
  }

  async nextTurn(): Promise<void> {
    this.turnsMs.push(this.#spentMs - this.#spentBeforeMs);
    this.#spentBeforeMs = this.#spentMs;
    await setImmediate();
  }
}
