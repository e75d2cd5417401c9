import { type Command, Option } from 'commander';
import { orCannotDo } from './cannot-do.ts';
import { wholeNumber } from './whole-number.ts';

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
    .action((flags: DemoFlags) => orCannotDo(() => startDemo(flags)));
}

async function startDemo(flags: DemoFlags): Promise<void> {
  const { git } = await import('../adapters/git/git-command.ts');
  await git('.', ['--version']);
  const { readPolicyFile } = await import('./read-policy-file.ts');
  const { SHIPPED_POLICY } = await import('./shipped-file.ts');
  const { text } = await readPolicyFile(flags.policy ?? SHIPPED_POLICY);
  const { runDemo } = await import('./demo/run-demo.ts');
  await runDemo({ ...flags, policyText: text });
}
