import { type PolicyReading, parsePolicy } from '../policy/parse-policy.ts';
import { type PolicyChange, policyChanges } from '../policy/policy-changes.ts';
import type { PolicyFault } from '../policy/policy-fault.ts';
import { readTextFile } from './files/read-text-file.ts';
import { SOLD_TYPES } from './files/sold-types.ts';

/** What is known of a policy's text, and of the policy that it is compared with. */
export interface PolicyCheck {
  readonly valid: boolean;
  readonly digest: string | null;
  readonly faults: readonly PolicyFault[];
  /** Only when there is something to compare with. */
  readonly against?: { readonly valid: boolean; readonly digest: string | null };
  /** `null` when either of both is no valid policy. */
  readonly changes?: readonly PolicyChange[] | null;
}

/**
 * Checks one policy file (`-`: standard input), and compares it with another when one is given.
 * @throws CommandError when a file cannot be read as text
 */
export async function checkPolicyFile(file: string, against?: string): Promise<PolicyCheck> {
  const text = await readTextFile(file);
  return checkPolicy(text, against === undefined ? undefined : await readTextFile(against));
}

/** Checks a policy's text, and compares it with the text of another when one is given. */
export function checkPolicy(text: string, against: string | undefined): PolicyCheck {
  const reading = parsePolicy(text, SOLD_TYPES);
  const check = {
    valid: reading.valid,
    digest: digestOf(reading),
    faults: reading.valid ? [] : reading.faults,
  };
  if (against === undefined) return check;
  const base = parsePolicy(against);
  const changes = reading.valid && base.valid ? policyChanges(base.policy, reading.policy) : null;
  return { ...check, against: { valid: base.valid, digest: digestOf(base) }, changes };
}

function digestOf(reading: PolicyReading): string | null {
  return reading.valid ? reading.digest : null;
}
