import type { PolicyDocument, PolicySource } from '../ports.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A policy that is committed by calling `commit`, in place of Git and Flux; `undefined` takes it away. */
export class SimulatedPolicySource implements PolicySource {
  readonly #clock: VirtualClock;
  readonly #listeners = new Set<() => void>();
  #document: PolicyDocument | undefined;

  constructor(clock: VirtualClock, document: PolicyDocument) {
    this.#clock = clock;
    this.#document = document;
  }

  current(): PolicyDocument | undefined {
    return this.#document;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  commit(document: PolicyDocument | undefined): void {
    this.#document = document;
    this.#clock.stir();
    for (const listener of this.#listeners) listener();
  }
}
