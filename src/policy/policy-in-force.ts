import type { PolicyIdentity } from '../model/policy-identity.ts';
import type { Policy } from './policy-schema.ts';

/** A valid policy with its identity: what decisions obey and name. */
export interface PolicyInForce {
  readonly policy: Policy;
  readonly identity: PolicyIdentity;
}
