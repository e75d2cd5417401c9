import { type Command, Option } from 'commander';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';

interface CheckFlags extends JsonFlag {
  readonly markdown?: true;
  readonly against?: string;
}

/** `smartscale check FILE`: every fault of a policy file, or its digest, and what it changes against another. */
export function addCheckCommand(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .description(
      'check a policy file: prints its digest, or every fault with line, field, value, rule and remedy',
    )
    .argument('<file>', 'policy file; - reads standard input')
    .option('--against <file>', 'tell each key that differs from this policy, defaults filled in')
    .addOption(jsonOption())
    .addOption(new Option('--markdown', 'print Markdown, for a pull request').conflicts('json'))
    .action((file: string, flags: CheckFlags) => check(file, flags, terminal));
}

async function check(file: string, { against, json, markdown }: CheckFlags, terminal: Terminal) {
  const { checkPolicyFile } = await import('../use-cases/check-policy.ts');
  const answer = await checkPolicyFile(file, against);
  const name = file === '-' ? 'stdin' : file;
  if (json === true) {
    terminal.print(jsonLine(answer));
  } else if (markdown === true) {
    const { checkMarkdown } = await import('./check-markdown.ts');
    terminal.print(checkMarkdown(name, answer));
  } else {
    const { checkText } = await import('./check-words.ts');
    terminal.print(checkText(name, answer, terminal.paint));
  }
  terminal.exitWith(answer.valid ? 0 : 1);
}
