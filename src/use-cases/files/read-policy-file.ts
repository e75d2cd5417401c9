import { parsePolicy, type PolicyReading } from '../../policy/parse-policy.ts';
import type { Policy } from '../../policy/policy-schema.ts';
import { CommandError } from '../command-error.ts';
import { readTextFile } from './read-text-file.ts';
import { SOLD_TYPES } from './sold-types.ts';

/**
 * A policy file's text and what it says.
 * @throws CommandError when it cannot be read or is no valid policy
 */
export async function readPolicyFile(
  file: string,
): Promise<{ readonly text: string; readonly policy: Policy }> {
  const text = await readTextFile(file);
  return { text, policy: validPolicy(file, parsePolicy(text, SOLD_TYPES)).policy };
}

/**
 * The reading of a policy file, which must be valid.
 * @throws CommandError when it is not
 */
export function validPolicy(file: string, reading: PolicyReading): PolicyReading & { readonly valid: true } {
  if (reading.valid) return reading;
  const message = reading.faults.map(({ line, path, rule }) => `line ${line}, ${path}: ${rule}`).join('; ');
  throw new CommandError(
    `${file} is no valid policy: ${message}: run \`smartscale check ${file}\` for the remedies`,
  );
}
