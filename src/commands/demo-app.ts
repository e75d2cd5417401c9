import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DemoAppOptions } from '../process/start-demo-app.ts';
import { orCommandError } from '../use-cases/command-error.ts';
import { jsonLogOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { wholeNumber } from './whole-number.ts';

/**
 * `smartscale demo-app`: the workload that the clusters scale. Logs JSON lines to stdout; exits with 0 after SIGTERM or
 * SIGINT when every request was answered, with 1 when some had to be cut off.
 */
export function addDemoAppCommand(program: Command, terminal: Terminal): void {
  program
    .command('demo-app')
    .description('serve the demo app, a workload that burns real CPU, until it is stopped')
    .addOption(
      new Option('--port <port>', 'port; 0 takes any free one')
        .default(8080)
        .argParser(wholeNumber(0, 65_535)),
    )
    .option('--service <name>', 'value of the label service of its metrics', 'demo-app')
    .addOption(
      new Option('--error-rate <share>', 'share of GET /api/heavy that fails').default(0.05).argParser(share),
    )
    .addOption(
      new Option('--drain-seconds <seconds>', 'after SIGTERM: serve on so long while not ready')
        .default(5)
        .argParser(wholeNumber(0, 300)),
    )
    .addOption(
      new Option('--queue-item-cpu-ms <ms>', 'CPU time that an item of the queue takes')
        .default(50)
        .argParser(wholeNumber(1, 10_000)),
    )
    .addOption(jsonLogOption())
    .action(async (flags: DemoAppOptions) => {
      const { startDemoApp } = await import('../process/start-demo-app.ts');
      terminal.exitWith(await orCommandError(() => startDemoApp(flags)));
    });
}

function share(text: string): number {
  const value = Number(text);
  if (/^[\d.]+$/.test(text) && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('must be a number from 0 to 1');
}
