import type { PolicyInForce } from '../../src/policy/policy-in-force.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';

/** A policy in force: the shipped defaults but for what a test says, under a digest of its own. */
export function aPolicy(parts: Readonly<Record<string, unknown>> = {}, digestDigit = 'a'): PolicyInForce {
  return {
    policy: policySchema.parse(parts),
    identity: { digest: `sha256:${digestDigit.repeat(64)}`, revision: 'main@sha1:4f2a' },
  };
}
