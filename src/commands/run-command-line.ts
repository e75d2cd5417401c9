import { type Command, CommanderError } from 'commander';
import { CommandError } from '../use-cases/command-error.ts';
import type { Terminal } from './output/terminal.ts';
import { smartscaleProgram } from './smartscale-program.ts';

/**
 * Runs the command that the arguments name, without the name of the program. What it could not do ends as one line on
 * stderr and exit code 2; nothing is thrown.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<void> {
  const program = await smartscaleProgram(terminal, args[0]);
  try {
    if (args.length === 0) throw new CommandError('no command given: run `smartscale --help` for the list');
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    terminal.note(`smartscale: ${errorLine(error, namedCommand(program, args))}`);
    terminal.exitWith(2);
  }
}

/** The command as far as the arguments name one: `smartscale explain pod`. */
function namedCommand(program: Command, args: readonly string[]): string {
  const names = [program.name()];
  let command: Command | undefined = program;
  for (const arg of args) {
    command = command.commands.find((one) => one.name() === arg);
    if (command === undefined) break;
    names.push(arg);
  }
  return names.join(' ');
}

function errorLine(error: unknown, command: string): string {
  if (error instanceof CommandError) return error.message;
  if (!(error instanceof CommanderError)) return `this is a bug, please report it: ${bugText(error)}`;
  const fact =
    error.code === 'commander.help'
      ? `\`${command}\` is not a whole command`
      : error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  return `${fact}: run \`${command} --help\``;
}

function bugText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['SMARTSCALE_DEBUG'] === undefined
    ? `${error.message.split('\n')[0]} (SMARTSCALE_DEBUG=1 shows where)`
    : (error.stack ?? error.message);
}
