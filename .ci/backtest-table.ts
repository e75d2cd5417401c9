import { text } from 'node:stream/consumers';

/*
 * smartscale backtest … --json | node .ci/backtest-table.ts: the rows of a backtest as a Markdown table.
 */
interface Backtest {
  readonly trace: string;
  readonly rows: readonly {
    readonly name: string;
    readonly nodeHours: number;
    readonly costUsd: number;
    readonly shortMinutes: number;
    readonly launches: number;
    readonly disruptions: number;
    readonly maxNodes: number;
  }[];
}

const { trace, rows } = JSON.parse(await text(process.stdin)) as Backtest;
const lines = [
  `On the trace \`${trace}\`:`,
  '',
  '| policy | cost, USD | node hours | minutes short of capacity | launches | disruptions | most nodes |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(
    ({ name, costUsd, nodeHours, shortMinutes, launches, disruptions, maxNodes }) =>
      `| ${name} | ${costUsd.toFixed(2)} | ${nodeHours.toFixed(1)} | ${shortMinutes} | ${launches} | ${disruptions} | ${maxNodes} |`,
  ),
];
process.stdout.write(`${lines.join('\n')}\n`);
