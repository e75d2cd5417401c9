/** When a process dies that is to die at a call. */
export type Death = 'before' | 'after';

/**
 * What stands between a process and the world: it can be paused, so that it hears answers late, and killed before or after
 * any of its calls. A dead process makes no call and hears nothing more.
 */
export class ProcessGate {
  #isDead = false;
  #paused: PromiseWithResolvers<void> | undefined;
  #death: { callsLeft: number; readonly when: Death } | undefined;
  readonly #onDeath: () => void;
  readonly #subscriptions = new Set<() => void>();
  readonly #died = Promise.withResolvers<void>();

  /** `onDeath` is called once, synchronously, however the process dies. */
  constructor(onDeath: () => void = () => {}) {
    this.#onDeath = onDeath;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Kept when the process dies. */
  get death(): Promise<void> {
    return this.#died.promise;
  }

  get isPaused(): boolean {
    return this.#paused !== undefined;
  }

  kill(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    for (const end of this.#subscriptions) end();
    this.#onDeath();
    this.#died.resolve();
  }

  pause(): void {
    this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = undefined;
  }

  /** The process is to die at the `calls`-th call from now, before it is made or before its answer is heard. */
  dieAtCall(calls: number, when: Death): void {
    this.#death = { callsLeft: calls, when };
  }

  /** Makes a call of the process. What it gives back never settles once the process is dead. */
  call<T>(make: () => Promise<T>): Promise<T> {
    if (this.#isDead) return silence();
    const death = this.#death;
    if (death !== undefined) {
      death.callsLeft -= 1;
      if (death.callsLeft <= 0) return this.#lastCall(make, death.when);
    }
    return this.subscribe(make());
  }

  /** Unsubscribes when the process dies, unless it does so itself by what this returns: nothing of a dead process is kept. */
  untilDeath(unsubscribe: () => void): () => void {
    const end = () => {
      this.#subscriptions.delete(end);
      unsubscribe();
    };
    this.#subscriptions.add(end);
    return end;
  }

  /** Calls a listener of the process: at once, when it goes on, or never. */
  deliver(listener: () => void): void {
    if (this.#isDead) return;
    const paused = this.#paused;
    if (paused === undefined) listener();
    else void paused.promise.then(() => this.deliver(listener));
  }

  /** The answer as the process hears it. */
  async subscribe<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } finally {
      while (this.#paused !== undefined && !this.#isDead) await this.#paused.promise;
      if (this.#isDead) await silence();
    }
  }

  #lastCall<T>(make: () => Promise<T>, when: Death): Promise<T> {
    this.#death = undefined;
    // The process is dead: the call's result is dropped.
    if (when === 'after') make().catch(() => undefined);
    this.kill();
    return silence();
  }
}

/** A promise of its own each time: reactions to a shared one would pile up. */
function silence(): Promise<never> {
  return new Promise(() => undefined);
}
