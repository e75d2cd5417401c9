import type { Command } from 'commander';
import { orCannotDo } from './cannot-do.ts';
import { addWorldFlags, type WorldFlags } from './world-flags.ts';

interface PlanFlags extends WorldFlags {
  readonly json?: true;
}

/** `smartscale plan`: what `run` would do on a live cluster and account now, and why. It changes nothing. */
export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .description('say what would be done on a live cluster now, and why; changes nothing');
  addWorldFlags(command)
    .option('--json', 'print one JSON document instead of words')
    .action(async (flags: PlanFlags) => {
      const { planOnce } = await import('./plan-once.ts');
      const answer = await orCannotDo(() => planOnce(flags, process.env));
      for (const line of answer.notes) process.stderr.write(`${line}\n`);
      if (answer.kind === 'invalid-policy' || !answer.isNewestValid) process.exitCode = 1;
      if (answer.kind === 'invalid-policy') return;
      const { planDocument, planText } = await import('./plan-report.ts');
      const { plan } = answer;
      process.stdout.write(flags.json ? `${JSON.stringify(planDocument(plan))}\n` : planText(plan));
    });
}
