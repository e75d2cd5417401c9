import { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';

type AddCommand = (program: Command, terminal: Terminal) => void;

/** Every command in the order of help, each loaded when it is needed. */
const COMMANDS: readonly (readonly [name: string, load: () => Promise<AddCommand>])[] = [
  ['check', async () => (await import('./check.ts')).addCheckCommand],
  ['demo', async () => (await import('./demo.ts')).addDemoCommand],
  ['demo-app', async () => (await import('./demo-app.ts')).addDemoAppCommand],
  ['pack', async () => (await import('./pack.ts')).addPackCommand],
  ['plan', async () => (await import('./plan.ts')).addPlanCommand],
  ['explain', async () => (await import('./explain.ts')).addExplainCommand],
  ['recommend', async () => (await import('./recommend.ts')).addRecommendCommand],
  ['run', async () => (await import('./run.ts')).addRunCommand],
  ['schema', async () => (await import('./schema.ts')).addSchemaCommand],
  ['simulate', async () => (await import('./simulate.ts')).addSimulateCommand],
  ['completion', loadCompletion],
];

/** It completes all commands, not itself alone. */
async function loadCompletion(): Promise<AddCommand> {
  const { addCompletionCommand } = await import('./completion.ts');
  return (program, terminal) =>
    addCompletionCommand(program, { terminal, wholeProgram: () => smartscaleProgram(terminal) });
}

/**
 * The command line with the named command alone, so that no other is loaded; with every command when it has no such name.
 * Parsing throws a `CommanderError` for wrong arguments, and whatever the command throws.
 */
export async function smartscaleProgram(terminal: Terminal, name?: string): Promise<Command> {
  const program = new Command('smartscale')
    .description("Grows and shrinks a K3s cluster's EC2 workers; one policy file in Git is the only lever.")
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.print(text), writeErr: () => undefined });
  const named = COMMANDS.filter(([one]) => one === name);
  const commands = await Promise.all((named.length > 0 ? named : COMMANDS).map(([, load]) => load()));
  for (const add of commands) add(program, terminal);
  return program;
}
