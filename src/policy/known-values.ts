import { defaultPolicy } from './default-policy.ts';
import { isWithin, type PolicyPath, valueAt } from './policy-path.ts';

/**
 * What a policy text says where it says it soundly, with the defaults where it says nothing. Whatever a fault touches is
 * unknown, so rules between fields can run over the sound rest of a broken policy and never complain about a default that
 * the person has overridden, only wrongly.
 */
export class KnownValues {
  readonly #root: unknown;
  readonly #invalid: readonly PolicyPath[];
  readonly #defaults = defaultPolicy();

  constructor(root: unknown, spoilt: readonly PolicyPath[]) {
    this.#root = root;
    this.#invalid = spoilt;
  }

  number(path: PolicyPath): number | undefined {
    const value = this.#value(path);
    return typeof value === 'number' ? value : undefined;
  }

  text(path: PolicyPath): string | undefined {
    const value = this.#value(path);
    return typeof value === 'string' ? value : undefined;
  }

  flag(path: PolicyPath): boolean | undefined {
    const value = this.#value(path);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** How many entries a list has, faulty ones counted; 0 when the list itself is faulty. */
  length(path: PolicyPath): number {
    const value = this.#value(path);
    return Array.isArray(value) ? value.length : 0;
  }

  isWritten(path: PolicyPath): boolean {
    return valueAt(this.#root, path) !== undefined;
  }

  #value(path: PolicyPath): unknown {
    if (this.#invalid.some((spoilt) => isWithin(path, spoilt))) return undefined;
    return valueAt(this.#root, path) ?? valueAt(this.#defaults, path);
  }
}
