/**
 * An auto-reset signal: notifications without a waiter are kept as one, and the next `wait` returns at once. For a single waiter.
 */
export class WakeSignal {
  #isNotified = false;
  #resolve: (() => void) | undefined;

  notify(): void {
    this.#isNotified = true;
    this.#resolve?.();
  }

  async wait(): Promise<void> {
    if (!this.#isNotified) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
      this.#resolve = undefined;
    }
    this.#isNotified = false;
  }
}
