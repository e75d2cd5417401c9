import { parsePolicy } from '../../policy/parse-policy.ts';
import type { Policy } from '../../policy/policy-schema.ts';

/** The policies that controllers of a world have accepted, by digest: operations are judged by the one that they obey. */
export class AcceptedPolicies {
  readonly #byDigest = new Map<string, Policy>();

  /** Remembers the policy of this text and returns it. */
  accept(text: string, digest: string): Policy | undefined {
    const known = this.#byDigest.get(digest);
    if (known !== undefined) return known;
    const reading = parsePolicy(text);
    if (!reading.valid) return undefined;
    this.#byDigest.set(digest, reading.policy);
    return reading.policy;
  }

  of(digest: string): Policy | undefined {
    return this.#byDigest.get(digest);
  }
}
