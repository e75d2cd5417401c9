import type { Command } from 'commander';

/** What `smartscale check` answers: the words for stdout, and whether the policy is valid. */
export interface CheckAnswer {
  readonly valid: boolean;
  readonly output: string;
}

/** `smartscale check FILE`: every fault of a policy file, or its digest. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description(
      'check a policy file: prints its digest, or every fault with line, field, value, rule and remedy',
    )
    .argument('<file>', 'policy file; - reads standard input')
    .option('--json', 'print one JSON document instead of words')
    .action(async (file: string, options: { readonly json?: true }) => {
      const answer = await checkPolicyFile(file, options.json === true);
      process.stdout.write(answer.output);
      process.exitCode = answer.valid ? 0 : 1;
    });
}

/**
 * Checks one policy file (`-`: standard input).
 * @throws CannotDo when the file cannot be read as text
 */
export async function checkPolicyFile(file: string, asJson: boolean): Promise<CheckAnswer> {
  const { parsePolicy } = await import('../policy/parse-policy.ts');
  const { faultSentence } = await import('../policy/policy-fault.ts');
  const { readTextFile } = await import('./read-text-file.ts');
  const reading = parsePolicy(await readTextFile(file));
  const digest = reading.valid ? reading.digest : null;
  const faults = reading.valid ? [] : reading.faults;
  if (asJson) {
    return { valid: reading.valid, output: `${JSON.stringify({ valid: reading.valid, digest, faults })}\n` };
  }
  const name = file === '-' ? 'stdin' : file;
  if (digest !== null) return { valid: true, output: `${name}  valid, digest ${digest}\n` };
  return {
    valid: false,
    output: faults.map((fault) => `${name}:${fault.line}  ${faultSentence(fault)}\n`).join(''),
  };
}
