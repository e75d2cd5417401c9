import type { Command } from 'commander';
import type { WorldOptions } from '../process/world-options.ts';
import { CommandError, orCommandError } from '../use-cases/command-error.ts';
import type { ExplainedObject } from '../use-cases/explain-plan.ts';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { withProgress } from './output/with-progress.ts';
import { addWorldFlags } from './world-flags.ts';

type ExplainFlags = WorldOptions & JsonFlag;

/** `smartscale explain pod|node`: why a pod waits and what would be bought for it; why a worker stays or goes. It changes nothing. */
export function addExplainCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('explain')
    .description('say why a pod is still pending, or why a worker is (not) removed; changes nothing')
    .helpCommand(false);
  addWorldFlags(command.command('pod').argument('<namespace/name>', 'the pod'))
    .description('why a pod waits, what would be bought for it, and what that costs')
    .addOption(jsonOption())
    .action((ref: string, flags: ExplainFlags) => explain({ kind: 'pod', ref }, flags, terminal));
  addWorldFlags(command.command('node').argument('<name>', 'the node'))
    .description('why a worker is kept or removed: every rule, every pod')
    .addOption(jsonOption())
    .action((ref: string, flags: ExplainFlags) => explain({ kind: 'node', ref }, flags, terminal));
}

async function explain(subject: ExplainedObject, flags: ExplainFlags, terminal: Terminal): Promise<void> {
  const json = flags.json === true;
  const { planOnce } = await import('../use-cases/plan-once.ts');
  const { explainPlan } = await import('../use-cases/explain-plan.ts');
  const answer = await withProgress(terminal, { text: 'looking at the cluster and at EC2', json }, () =>
    orCommandError(() => planOnce(flags, process.env)),
  );
  for (const note of answer.notes) terminal.note(note);
  if (answer.kind === 'invalid-policy')
    throw new CommandError('there is no valid policy to explain by: mend it, or give --policy');
  const explanation = explainPlan(subject, answer);
  if (json) {
    terminal.print(jsonLine(explanation.document));
    return;
  }
  const { explanationText } = await import('./explain-words.ts');
  terminal.print(explanationText(explanation, terminal.paint));
}
