import type { PolicyDocument, PolicySource } from '../../src/ports.ts';

/** A policy that is committed, or taken away, by calling `commit`. */
export class ScriptedPolicySource implements PolicySource {
  readonly #listeners = new Set<() => void>();
  #document: PolicyDocument | undefined;

  constructor(text: string | undefined) {
    this.#document = documentOf(text);
  }

  current(): PolicyDocument | undefined {
    return this.#document;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  commit(text: string | undefined): void {
    this.#document = documentOf(text);
    for (const listener of this.#listeners) listener();
  }
}

function documentOf(text: string | undefined): PolicyDocument | undefined {
  return text === undefined ? undefined : { text, origin: 'policy.yaml', revision: undefined };
}
