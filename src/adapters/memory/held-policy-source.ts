import type { PolicyDocument, RememberedPolicy } from '../../model/policy-document.ts';
import type { PolicySource } from '../../ports.ts';

/**
 * A policy document held in memory: what every source of policies shares. The subclass says when it changes. It knows what it
 * shows from the start on, and remembers nothing beyond its own life.
 */
export abstract class HeldPolicySource implements PolicySource {
  readonly #listeners = new Set<() => void>();
  #document: PolicyDocument | undefined;

  synced(_signal: AbortSignal): Promise<void> {
    return Promise.resolve();
  }

  lastGood(): RememberedPolicy | undefined {
    return undefined;
  }

  current(): PolicyDocument | undefined {
    return this.#document;
  }

  abstract whyNone(): string;

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
