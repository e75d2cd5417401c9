import { Command, CommanderError } from 'commander';
import { CannotDo } from './commands/cannot-do.ts';
import { addCheckCommand } from './commands/check.ts';
import { addDemoAppCommand } from './commands/demo-app.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addPackCommand } from './commands/pack.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addRunCommand } from './commands/run.ts';
import { addSchemaCommand } from './commands/schema.ts';
import { addSimulateCommand } from './commands/simulate.ts';

/*
 * Every command is listed here and lives in commands/; what is heavy it imports inside its action. Exit codes: 0 done and
 * fine, 1 done and the answer is no, 2 could not do it, with one line on stderr.
 */

const program = new Command('smartscale')
  .description("Grows and shrinks a K3s cluster's EC2 workers; one policy file in Git is the only lever.")
  .helpCommand(false)
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({ outputError: () => undefined });

addCheckCommand(program);
addDemoCommand(program);
addDemoAppCommand(program);
addPackCommand(program);
addPlanCommand(program);
addExplainCommand(program);
addRunCommand(program);
addSchemaCommand(program);
addSimulateCommand(program);

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe went away (`| head`): nothing is left to say, and nobody to say it to.
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  if (process.argv.length <= 2) throw new CannotDo('no command given: run `smartscale --help` for the list');
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const fact = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
    process.stderr.write(`smartscale: ${fact}: run \`smartscale --help\`\n`);
  } else if (error instanceof CannotDo) {
    process.stderr.write(`smartscale: ${error.message}\n`);
  } else {
    process.stderr.write(`smartscale: this is a bug, please report it: ${bugText(error)}\n`);
  }
  return 2;
}

function bugText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['SMARTSCALE_DEBUG'] === undefined
    ? `${error.message.split('\n')[0]} (SMARTSCALE_DEBUG=1 shows where)`
    : (error.stack ?? error.message);
}
