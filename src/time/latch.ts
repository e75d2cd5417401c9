/** Wakes that come while nobody waits are kept as one: the next `wait` returns at once. For a single waiter. */
export class Latch {
  #isRung = false;
  #release: (() => void) | undefined;

  ring(): void {
    this.#isRung = true;
    this.#release?.();
  }

  async wait(): Promise<void> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        this.#release = resolve;
      });
      this.#release = undefined;
    }
    this.#isRung = false;
  }
}
