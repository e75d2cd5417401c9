import { type Command, Option } from 'commander';
import { orCommandError } from '../use-cases/command-error.ts';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface DemoFlags extends JsonFlag {
  readonly port: number;
  readonly speed: number;
  readonly seed: number;
  readonly policy?: string;
  readonly repository?: string;
}

/** `smartscale demo` (what `npm start` runs): the real controller on the simulated world, with the status page. */
export function addDemoCommand(program: Command, terminal: Terminal): void {
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
    .addOption(jsonOption('a greeting; the story goes to stderr'))
    .action((flags: DemoFlags) => orCommandError(() => startDemo(flags, terminal)));
}

async function startDemo(flags: DemoFlags, terminal: Terminal): Promise<void> {
  const json = flags.json === true;
  const { runDemo } = await import('../use-cases/demo/run-demo.ts');
  const { demoDocument, greeting } = await import('./demo-words.ts');
  const told = (line: string) => (json ? terminal.note(line) : terminal.print(`${line}\n`));
  const opening = await terminal.startProgress({ text: 'playing the first hours', json });
  try {
    const directory = await runDemo(flags, {
      async opened(demo) {
        await opening.stop();
        terminal.print(json ? jsonLine(demoDocument(demo, flags)) : greeting(demo, flags, terminal.paint));
      },
      told,
    });
    told(`Stopped. Your policy and its history stay in ${directory}`);
  } finally {
    await opening.stop();
  }
}
