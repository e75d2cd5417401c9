import { type Command, InvalidArgumentError, Option } from 'commander';
import { CannotDo } from './cannot-do.ts';

interface DemoFlags {
  readonly port: number;
  readonly speed: number;
  readonly seed: number;
  readonly policy?: string;
  readonly repository?: string;
}

/** `smartscale demo` (what `npm start` runs): the real controller on the simulated world, with the status page. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description(
      'run the real controller on a simulated world, with a status page and a scratch Git repository',
    )
    .addOption(
      new Option('--port <port>', 'port of the page; 0 takes any free one')
        .default(8080)
        .argParser(wholeNumber(0, 65_535)),
    )
    .addOption(new Option('--speed <times>', 'times real speed').default(60).argParser(wholeNumber(1, 3_600)))
    .addOption(
      new Option('--seed <number>', 'seed of all chance').default(1).argParser(wholeNumber(0, 2 ** 32 - 1)),
    )
    .option('--policy <file>', 'policy to start with (default: the shipped one)')
    .option(
      '--repository <folder>',
      'Git repository for policy.yaml, made when it is not there (default: a new one)',
    )
    .action(async (flags: DemoFlags) => {
      const { git } = await import('../adapters/git/git-command.ts');
      await git('.', ['--version']);
      const { runDemo } = await import('./demo/run-demo.ts');
      await runDemo({ ...flags, policyText: await startingPolicy(flags.policy) });
    });
}

async function startingPolicy(file: string | undefined): Promise<string> {
  const { readTextFile } = await import('./read-text-file.ts');
  if (file === undefined) {
    const { fileURLToPath } = await import('node:url');
    return readTextFile(fileURLToPath(new URL('../../examples/policies/default.yaml', import.meta.url)));
  }
  const text = await readTextFile(file);
  const { parsePolicy } = await import('../policy/parse-policy.ts');
  const reading = parsePolicy(text);
  if (reading.valid) return text;
  throw new CannotDo(
    `${file} is not a valid policy (${reading.faults.length} faults): run \`smartscale check ${file}\``,
  );
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
  };
}
