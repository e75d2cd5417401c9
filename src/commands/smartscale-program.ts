import { Command } from 'commander';
import { addCheckCommand } from './check.ts';
import { addCompletionCommand } from './completion.ts';
import { addDemoCommand } from './demo.ts';
import { addDemoAppCommand } from './demo-app.ts';
import { addExplainCommand } from './explain.ts';
import type { Terminal } from './output/terminal.ts';
import { addPackCommand } from './pack.ts';
import { addPlanCommand } from './plan.ts';
import { addRunCommand } from './run.ts';
import { addSchemaCommand } from './schema.ts';
import { addSimulateCommand } from './simulate.ts';

/**
 * The command line with every command. What is heavy a command imports inside its action.
 * Parsing throws a `CommanderError` for wrong arguments, and whatever the command throws.
 */
export function smartscaleProgram(terminal: Terminal): Command {
  const program = new Command('smartscale')
    .description("Grows and shrinks a K3s cluster's EC2 workers; one policy file in Git is the only lever.")
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.print(text), writeErr: () => undefined });
  addCheckCommand(program, terminal);
  addDemoCommand(program, terminal);
  addDemoAppCommand(program, terminal);
  addPackCommand(program, terminal);
  addPlanCommand(program, terminal);
  addExplainCommand(program, terminal);
  addRunCommand(program, terminal);
  addSchemaCommand(program, terminal);
  addSimulateCommand(program, terminal);
  addCompletionCommand(program, terminal);
  return program;
}
