import { type Policy, policySchema } from './policy-schema.ts';

/** The shipped policy: every default as it stands. */
export function defaultPolicy(): Policy {
  return policySchema.parse({});
}
