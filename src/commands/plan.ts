import type { Command } from 'commander';
import type { WorldOptions } from '../process/world-options.ts';
import { orCommandError } from '../use-cases/command-error.ts';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { withProgress } from './output/with-progress.ts';
import { addWorldFlags } from './world-flags.ts';

type PlanFlags = WorldOptions & JsonFlag;

/** `smartscale plan`: what `run` would do on a live cluster and account now, and why. It changes nothing. */
export function addPlanCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('plan')
    .description('say what would be done on a live cluster now, and why; changes nothing');
  addWorldFlags(command)
    .addOption(jsonOption())
    .action((flags: PlanFlags) => plan(flags, terminal));
}

async function plan(flags: PlanFlags, terminal: Terminal): Promise<void> {
  const json = flags.json === true;
  const { planOnce } = await import('../use-cases/plan-once.ts');
  const answer = await withProgress(terminal, { text: 'looking at the cluster and at EC2', json }, () =>
    orCommandError(() => planOnce(flags, process.env)),
  );
  for (const note of answer.notes) terminal.note(note);
  const { invalidPolicyDocument, planDocument, planText } = await import('./plan-words.ts');
  if (answer.kind === 'invalid-policy') {
    if (json) terminal.print(jsonLine(invalidPolicyDocument(answer.notes)));
    terminal.exitWith(1);
    return;
  }
  terminal.print(json ? jsonLine(planDocument(answer.plan)) : planText(answer.plan, terminal.paint));
  terminal.exitWith(answer.isNewestValid ? 0 : 1);
}
