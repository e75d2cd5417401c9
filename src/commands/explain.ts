import { type Command } from 'commander';
import { CannotDo, orCannotDo } from './cannot-do.ts';
import { addWorldFlags, type WorldFlags } from './world-flags.ts';

interface ExplainFlags extends WorldFlags {
  readonly json?: true;
}

/** `smartscale explain pod|node`: why a pod waits and what would be bought for it; why a worker stays or goes. It changes nothing. */
export function addExplainCommand(program: Command): void {
  const explain = program
    .command('explain')
    .description('say why a pod is still pending, or why a worker is (not) removed; changes nothing');
  addWorldFlags(explain.command('pod').argument('<namespace/name>', 'the pod'))
    .description('why a pod waits, what would be bought for it, and what that costs')
    .option('--json', 'print one JSON document instead of words')
    .action((ref: string, flags: ExplainFlags) => run(flags, { kind: 'pod', ref }));
  addWorldFlags(explain.command('node').argument('<name>', 'the node'))
    .description('why a worker stays or goes: every rule, every pod')
    .option('--json', 'print one JSON document instead of words')
    .action((ref: string, flags: ExplainFlags) => run(flags, { kind: 'node', ref }));
}

interface Asked {
  readonly kind: 'pod' | 'node';
  readonly ref: string;
}

async function run(flags: ExplainFlags, asked: Asked): Promise<void> {
  const { planOnce } = await import('./plan-once.ts');
  const { explanationOf, explanationText } = await import('./explain-report.ts');
  const explanation = await orCannotDo(async () => {
    const answer = await planOnce(flags, process.env);
    for (const line of answer.notes) process.stderr.write(`${line}\n`);
    if (answer.kind === 'invalid-policy') {
      throw new CannotDo('there is no valid policy to explain by: mend it, or give --policy');
    }
    return explanationOf(asked, answer);
  });
  process.stdout.write(
    flags.json ? `${JSON.stringify(explanation.document)}\n` : explanationText(explanation),
  );
}
