import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { goTool } from '../harness/tool-cache.ts';
import type { Series } from './alert-case.ts';

/** Runs promtool and returns what it finds wrong: nothing, when it is content. */
export function promtool(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(goTool('prometheus', 'promtool'), args, {
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${stdout}${stderr}`;
}

/** One world of `promtool test rules`. */
export interface RuleTest {
  readonly name: string;
  readonly series: Series;
  readonly alerts?: readonly unknown[];
  readonly queries?: readonly unknown[];
}

/** Runs worlds against the rule files in `folder`, with samples and evaluations so far apart; returns what is not as expected. */
export function testRules(folder: string, tests: readonly RuleTest[], every = '15s'): string {
  const file = join(folder, 'tests.yaml');
  const content = {
    rule_files: ['recording.yaml', 'alerts.yaml'].map((name) => join(folder, name)),
    evaluation_interval: every,
    tests: tests.map(({ name, series, alerts, queries }) => ({
      name,
      interval: every,
      input_series: Object.entries(series).map(([selector, values]) => ({ series: selector, values })),
      ...(alerts === undefined ? {} : { alert_rule_test: alerts }),
      ...(queries === undefined ? {} : { promql_expr_test: queries }),
    })),
  };
  writeFileSync(file, stringify(content, { lineWidth: 0 }));
  return promtool('test', 'rules', file);
}
