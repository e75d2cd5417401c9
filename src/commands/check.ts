import { type Command, Option } from 'commander';

export interface CheckFlags {
  readonly json?: true;
  readonly markdown?: true;
  readonly against?: string;
}

/** What `smartscale check` answers: the words for stdout, and whether the policy is valid. */
export interface CheckAnswer {
  readonly valid: boolean;
  readonly output: string;
}

/** `smartscale check FILE`: every fault of a policy file, or its digest, and what it changes against another. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description(
      'check a policy file: prints its digest, or every fault with line, field, value, rule and remedy',
    )
    .argument('<file>', 'policy file; - reads standard input')
    .option('--against <file>', 'tell each key that differs from this policy, defaults filled in')
    .option('--json', 'print one JSON document instead of words')
    .addOption(new Option('--markdown', 'print Markdown, for a pull request').conflicts('json'))
    .action(async (file: string, flags: CheckFlags) => {
      const answer = await checkPolicyFile(file, flags);
      process.stdout.write(answer.output);
      process.exitCode = answer.valid ? 0 : 1;
    });
}

/**
 * Checks one policy file (`-`: standard input).
 * @throws CannotDo when a file cannot be read as text
 */
export async function checkPolicyFile(file: string, flags: CheckFlags): Promise<CheckAnswer> {
  const { checkText } = await import('./check-report.ts');
  const { readTextFile } = await import('./read-text-file.ts');
  const text = await readTextFile(file);
  const against = flags.against === undefined ? undefined : await readTextFile(flags.against);
  const name = file === '-' ? 'stdin' : file;
  return checkText({ name, text, against }, formatOf(flags));
}

function formatOf({ json, markdown }: CheckFlags): 'json' | 'markdown' | 'words' {
  if (json === true) return 'json';
  return markdown === true ? 'markdown' : 'words';
}
