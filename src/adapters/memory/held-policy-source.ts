import type { PolicyDocument, PolicySource } from '../../ports.ts';

/** A policy document held in memory: what every source of policies shares. The subclass says when it changes. */
export abstract class HeldPolicySource implements PolicySource {
  readonly #listeners = new Set<() => void>();
  #document: PolicyDocument | undefined;

  current(): PolicyDocument | undefined {
    return this.#document;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts the document in place, `undefined` for none, and tells the listeners. */
  protected hold(document: PolicyDocument | undefined): void {
    this.#document = document;
    for (const listener of this.#listeners) listener();
  }

  protected dropListeners(): void {
    this.#listeners.clear();
  }
}
