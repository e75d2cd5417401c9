import { parsePolicy } from '../../policy/parse-policy.ts';
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
  const reading = parsePolicy(text, SOLD_TYPES);
  if (reading.valid) return { text, policy: reading.policy };
  const message = reading.faults.map(({ line, path, rule }) => `line ${line}, ${path}: ${rule}`).join('; ');
  throw new CommandError(
    `${file} is no valid policy: ${message}: run \`smartscale check ${file}\` for the remedies`,
  );
}
