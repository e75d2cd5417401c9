import type { PolicyIdentity } from '../model/policy-identity.ts';
import { parsePolicy } from './parse-policy.ts';
import { faultSentence } from './policy-fault.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** A policy text as its source shows it. */
export interface PolicyText {
  readonly text: string;
  readonly origin: string;
  readonly revision: string | undefined;
}

/** What a look at the source found. */
export type PolicyNews<T extends PolicyText> =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'accepted'; readonly document: T; readonly inForce: PolicyInForce }
  | { readonly kind: 'rejected'; readonly document: T; readonly faults: readonly string[] }
  /** The source has no policy any more; the last good one stays in force. */
  | { readonly kind: 'vanished' };

/**
 * Holds the last good policy. A text that breaks a rule, or none at all, changes nothing but what is told: a fleet never
 * obeys half a policy, nor defaults that nobody chose (F77, F78).
 */
export class PolicyWatch<T extends PolicyText> {
  #inForce: PolicyInForce | undefined;
  #seen: T | undefined;
  #hasVanished = false;

  get inForce(): PolicyInForce | undefined {
    return this.#inForce;
  }

  /** Looks at what the source shows now; each text is news once. */
  look(document: T | undefined): PolicyNews<T> {
    if (document === undefined) return this.#vanish();
    this.#hasVanished = false;
    if (document === this.#seen) return { kind: 'nothing' };
    this.#seen = document;
    const reading = parsePolicy(document.text);
    if (!reading.valid) {
      const faults = reading.faults.map(
        (fault) => `${document.origin}:${fault.line} ${faultSentence(fault)}`,
      );
      return { kind: 'rejected', document, faults };
    }
    const identity = { digest: reading.digest, revision: document.revision };
    if (this.#inForce !== undefined && isSame(this.#inForce.identity, identity)) return { kind: 'nothing' };
    this.#inForce = { policy: reading.policy, identity };
    return { kind: 'accepted', document, inForce: this.#inForce };
  }

  #vanish(): PolicyNews<T> {
    if (this.#hasVanished) return { kind: 'nothing' };
    this.#hasVanished = true;
    this.#seen = undefined;
    return { kind: 'vanished' };
  }
}

function isSame(a: PolicyIdentity, b: PolicyIdentity): boolean {
  return a.digest === b.digest && a.revision === b.revision;
}
