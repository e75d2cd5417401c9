import type { PolicyIdentity } from '../model/policy-identity.ts';
import { parsePolicy } from './parse-policy.ts';
import { faultSentence } from './policy-fault.ts';
import type { PolicyInForce } from './policy-in-force.ts';

interface Reference {
  readonly configMap: string;
  readonly fleetUid: string;
  readonly generation: number;
}

/** A policy text as its source shows it. */
export interface PolicyText {
  readonly text: string;
  readonly origin: string;
  readonly revision: string | undefined;
  /** What names the text, where something does: named anew, the same text is looked at again. */
  readonly reference?: Reference;
}

/** What a look at the source found. */
export type PolicyChangeEvent<T extends PolicyText> =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'accepted'; readonly document: T; readonly inForce: PolicyInForce }
  /** The policy in force in other words or under another name; it keeps the revision that brought it. */
  | { readonly kind: 'restated'; readonly document: T; readonly inForce: PolicyInForce }
  | { readonly kind: 'rejected'; readonly document: T; readonly faults: readonly string[] }
  /** The source has no policy any more; the last good one, if there is one, stays in force. */
  | { readonly kind: 'vanished' };

/** A policy that was in force before a restart, and the name that it had then. */
export interface PreviousPolicy {
  readonly text: string;
  readonly identity: PolicyIdentity;
}

/** Whether the source shows what is in force: `unknown` until it was first looked at. */
type PolicyStatus = 'unknown' | 'in force' | 'rejected' | 'vanished';

/**
 * Holds the last good policy. An invalid or missing policy text changes only what is reported: a fleet never obeys half a policy,
 * nor defaults that nobody chose (F77, F78).
 */
export class PolicyWatch<T extends PolicyText> {
  #inForce: PolicyInForce | undefined;
  #seen: T | undefined;
  #status: PolicyStatus = 'unknown';

  get inForce(): PolicyInForce | undefined {
    return this.#inForce;
  }

  /**
   * Puts the policy of an earlier life in force, before the first look. It is read again: a text that this version refuses
   * changes nothing and gives `undefined`; one that means something else by now has another digest than `former`.
   */
  restore(former: PreviousPolicy): PolicyInForce | undefined {
    const reading = parsePolicy(former.text);
    if (!reading.valid) return undefined;
    const { revision } = former.identity;
    this.#inForce = { policy: reading.policy, identity: { digest: reading.digest, revision } };
    return this.#inForce;
  }

  /** Reads what the source shows now; each text is reported once. */
  poll(document: T | undefined): PolicyChangeEvent<T> {
    if (document === undefined) return this.#markMissing();
    if (this.#isKnown(document)) return { kind: 'nothing' };
    this.#seen = document;
    const reading = parsePolicy(document.text);
    if (!reading.valid) {
      this.#status = 'rejected';
      const faults = reading.faults.map(
        (fault) => `${document.origin}:${fault.line} ${faultSentence(fault)}`,
      );
      return { kind: 'rejected', document, faults };
    }
    const before = this.#status;
    const was = this.#inForce?.identity;
    this.#status = 'in force';
    const identity = identityOf({ digest: reading.digest, revision: document.revision }, was, before);
    if (this.#inForce !== undefined && before === 'in force' && was === identity)
      return { kind: 'restated', document, inForce: this.#inForce };
    this.#inForce = { policy: reading.policy, identity };
    return { kind: 'accepted', document, inForce: this.#inForce };
  }

  /** An unrelated commit shows the same text again: that is not reported, unless it says where the text in force came from. */
  #isKnown(document: T): boolean {
    const seen = this.#seen;
    if (seen === undefined || document.text !== seen.text || !isSameReference(document, seen)) return false;
    return this.#status !== 'in force' || !namesRevision(document, this.#inForce?.identity);
  }

  #markMissing(): PolicyChangeEvent<T> {
    if (this.#status === 'vanished') return { kind: 'nothing' };
    this.#status = 'vanished';
    this.#seen = undefined;
    return { kind: 'vanished' };
  }
}

/**
 * The policy in force keeps its name while its meaning stays; `known` itself is returned then. After a rejected text or none, the
 * commit that brings it back is its revision.
 */
function identityOf(
  shown: PolicyIdentity,
  known: PolicyIdentity | undefined,
  status: PolicyStatus,
): PolicyIdentity {
  if (known === undefined || known.digest !== shown.digest || namesRevision(shown, known)) return shown;
  return status === 'in force' || status === 'unknown' ? known : shown;
}

function namesRevision(shown: { readonly revision: string | undefined }, known: PolicyIdentity | undefined) {
  return known !== undefined && known.revision === undefined && shown.revision !== undefined;
}

function isSameReference({ reference: a }: PolicyText, { reference: b }: PolicyText): boolean {
  return a?.configMap === b?.configMap && a?.generation === b?.generation && a?.fleetUid === b?.fleetUid;
}
