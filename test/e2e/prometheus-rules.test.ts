import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALERT_RULES } from '../../charts/alert-rules.ts';
import { CLUSTERS } from '../../charts/clusters.ts';
import { nodeQueries } from '../../src/adapters/prometheus/node-queries.ts';
import { objectOf } from '../charts/generated-objects.ts';
import type { AlertCase, Series } from './monitoring/alert-case.ts';
import { APPLICATION_ALERTS } from './monitoring/application-alerts.ts';
import { AUTOSCALER_ALERTS } from './monitoring/autoscaler-alerts.ts';
import { FLEET_ALERTS } from './monitoring/fleet-alerts.ts';
import { NODE_ALERTS } from './monitoring/node-alerts.ts';
import { PLATFORM_ALERTS } from './monitoring/platform-alerts.ts';
import { promtool, testRules } from './monitoring/promtool.ts';

const LAYER = 'clusters/production/monitoring';
const ALERT_CASES = [
  ...AUTOSCALER_ALERTS,
  ...FLEET_ALERTS,
  ...NODE_ALERTS,
  ...APPLICATION_ALERTS,
  ...PLATFORM_ALERTS,
];
const RULES = Object.values(ALERT_RULES).flat();

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'smartscale-rules-'));
  for (const [name, text] of Object.entries<string>(
    objectOf(`${LAYER}/prometheus-rules.yaml`, 'ConfigMap').data,
  )) {
    writeFileSync(join(folder, name), text);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the generated files', () => {
  it.each(CLUSTERS.map(({ name }) => name))('of %s are a configuration that Prometheus takes', (cluster) => {
    const file = join(folder, `${cluster}.yml`);
    const { data } = objectOf(`clusters/${cluster}/monitoring/prometheus.yaml`, 'ConfigMap');
    writeFileSync(file, data['prometheus.yml'] as string);
    // The account's files are only there inside a pod.
    expect(promtool('check', 'config', '--syntax-only', file)).toBe('');
  });

  it('are rules that Prometheus takes', () => {
    for (const name of ['alerts.yaml', 'recording.yaml']) {
      expect(promtool('check', 'rules', join(folder, name))).toBe('');
    }
  });
});

describe('each alert', () => {
  it('has a world where it fires, and one where it does not', () => {
    expect(ALERT_CASES.map(({ alert }) => alert)).toEqual(RULES.map(({ alert }) => alert));
    expect(ALERT_CASES.filter(({ quiet }) => quiet.length === 0)).toEqual([]);
  });

  it.each(ALERT_CASES.map((one) => [one.alert, one] as const))(
    '%s fires, says so, and does not without need',
    (_name, one) => {
      const { series, at, labels = {}, summary } = one.fires;
      const alert = {
        exp_labels: { severity: ruleOf(one)?.severity, ...labels },
        exp_annotations: { summary, runbook: `docs/monitoring.md#${one.alert.toLowerCase()}` },
      };
      const expecting = (when: string, alerts: readonly unknown[]) => [
        { eval_time: when, alertname: one.alert, exp_alerts: alerts },
      ];
      const tests = [
        { name: 'fires', series, alerts: expecting(at, [alert]) },
        ...one.quiet.map((world) => ({
          name: world.why,
          series: world.series,
          alerts: expecting(world.at, []),
        })),
      ];
      expect(testRules(folder, tests, one.every)).toBe('');
    },
  );
});

function ruleOf({ alert }: AlertCase): (typeof RULES)[number] | undefined {
  return RULES.find((rule) => rule.alert === alert);
}

/** Node `i-1` with two CPUs, in seconds of each mode for every 15 s. */
function cpu(seconds: Readonly<Record<string, number>>, samples = 40): Series {
  return Object.fromEntries(
    Object.entries(seconds).flatMap(([mode, each]) =>
      ['0', '1'].map((number) => [
        `node_cpu_seconds_total{job="node-exporter",node="i-1",role="worker",cpu="${number}",mode="${mode}"}`,
        `0+${each}x${samples}`,
      ]),
    ),
  );
}

const IDLE = { idle: 15, iowait: 0, irq: 0, nice: 0, softirq: 0, steal: 0, system: 0, user: 0 };
const { cpuPercent } = nodeQueries({ label: 'node', nodeNames: ['i-1'], stepMs: 15_000 });

describe('CPU in use, as dashboards and alerts see it and as the autoscaler asks', () => {
  it.each([
    ['a machine that is fully busy', { ...IDLE, idle: 0, user: 15 }, 100],
    ['one whose time the host steals', { ...IDLE, idle: 0, steal: 15 }, 100],
    ['one that is idle', IDLE, 0],
    ['one that is busy in several modes', { ...IDLE, idle: 6, user: 6, system: 3 }, 60],
  ])('%s', (name, seconds, percent) => {
    expect(testRules(folder, [{ name, series: cpu(seconds), queries: bothSay('5m', percent) }])).toBe('');
  });

  it('a machine that is scraped since half a minute is as busy as it is, not fully', () => {
    const series = cpu({ ...IDLE, idle: 12, user: 3 }, 2);
    expect(testRules(folder, [{ name: 'new', series, queries: bothSay('30s', 20) }])).toBe('');
  });

  it('a machine whose exporter is gone has no value, rather than zero', () => {
    const gone = Object.fromEntries(
      Object.entries(cpu(IDLE)).map(([selector, values]) => [selector, `${values} stale`]),
    );
    const queries = [FLEET, cpuPercent].map((expr) => ({ expr, eval_time: '15m', exp_samples: [] }));
    expect(testRules(folder, [{ name: 'gone', series: gone, queries }])).toBe('');
  });
});

const FLEET = 'fleet:cpu_used:percent';

function bothSay(at: string, percent: number): readonly unknown[] {
  return [
    { expr: `round(${FLEET}, 0.001)`, eval_time: at, exp_samples: [{ labels: '{}', value: percent }] },
    {
      expr: `round(${cpuPercent}, 0.001)`,
      eval_time: at,
      exp_samples: [
        { labels: '{part="value"}', value: percent },
        { labels: '{part="nodes"}', value: 1 },
      ],
    },
  ];
}
