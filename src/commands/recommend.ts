import type { Command } from 'commander';
import type { RecommendRequest } from '../use-cases/recommend/recommend.ts';
import { numberBetween } from './number-between.ts';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { withProgress } from './output/with-progress.ts';
import { wholeNumber } from './whole-number.ts';

/** Limits of what a simulated week can carry. */
const MAX_PEAK_NODES = 200;
const MAX_DAYS = 28;

type RecommendFlags = RecommendRequest & JsonFlag;

/** `smartscale recommend`: which changes of the policy would have cost less over a trace, simulated. */
export function addRecommendCommand(program: Command, terminal: Terminal): void {
  program
    .command('recommend')
    .description('say which other policies would have cost less over a trace, simulated, as diffs to commit')
    .option('--trace <file>', 'load as timestamp,value lines')
    .option(
      '--prometheus-url <url>',
      "the cluster's own history instead, from the Prometheus with the metrics of nodes",
    )
    .option(
      '--peak-nodes <count>',
      'how many t3.small the peak needs (default: 8, or what was measured)',
      numberBetween(0.5, MAX_PEAK_NODES),
    )
    .option('--policy <file>', 'policy as it is now (default: the shipped one)')
    .option('--days <count>', 'the most days of the trace that are simulated', wholeNumber(1, MAX_DAYS), 7)
    .addOption(jsonOption())
    .action((flags: RecommendFlags) => recommend(flags, terminal));
}

async function recommend(flags: RecommendFlags, terminal: Terminal): Promise<void> {
  const json = flags.json === true;
  const { recommend: run } = await import('../use-cases/recommend/recommend.ts');
  const { recommendStep, recommendText } = await import('./recommend-words.ts');
  const answer = await withProgress(terminal, { text: 'reading', json }, (tell) =>
    run(flags, process.env, (progress) => tell(recommendStep(progress))),
  );
  terminal.print(json ? jsonLine(answer) : recommendText(answer, terminal.paint));
  terminal.exitWith(0);
}
