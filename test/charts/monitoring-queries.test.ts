import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Registry } from 'prom-client';
import { ALERT_RULES } from '../../charts/alert-rules.ts';
import { CUSTOM_RESOURCE_METRICS } from '../../charts/custom-resource-state.ts';
import { DASHBOARDS } from '../../charts/dashboards.ts';
import { KUBE_STATE_METRICS } from '../../charts/kube-state-metrics.ts';
import { RECORDING_RULES } from '../../charts/recording-rules.ts';
import { KUBELET_METRICS, NODE_EXPORTER_METRICS, PROMETHEUS_METRICS } from '../../charts/scrape-jobs.ts';
import { nodeQueries } from '../../src/adapters/prometheus/node-queries.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { Burner } from '../../src/demo-app/burner.ts';
import { RequestMetrics } from '../../src/demo-app/request-metrics.ts';
import { WorkQueue } from '../../src/demo-app/work-queue.ts';
import { Metrics } from '../../src/report/metrics.ts';
import { CountedProcessor } from '../fakes/counted-processor.ts';
import { dashboardQueries } from './dashboard-queries.ts';
import { metricsOf } from './promql.ts';

const ALERTS = Object.values(ALERT_RULES).flat();
const RUNBOOK = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'monitoring.md'), 'utf8');

/** Prometheus makes these itself. */
const SYNTHETIC = ['up', 'ALERTS'];

const IDLE_QUEUE = new WorkQueue(new Burner(new CountedProcessor()), 1);

let known: ReadonlySet<string>;

beforeAll(async () => {
  known = new Set([
    ...SYNTHETIC,
    ...NODE_EXPORTER_METRICS,
    ...KUBELET_METRICS.resource,
    ...KUBELET_METRICS.cadvisor,
    ...PROMETHEUS_METRICS,
    ...KUBE_STATE_METRICS,
    ...CUSTOM_RESOURCE_METRICS,
    ...RECORDING_RULES.map(({ record }) => record),
    ...(await exportedBy(
      new Metrics({ isLeader: () => true, watches: () => ({}), eventsDropped: () => 0 }).registry,
    )),
    ...(await exportedBy(new RequestMetrics('demo-app', new SystemClock(), IDLE_QUEUE).registry)),
  ]);
});

/** What a registry says it exports; a histogram as the three series that it becomes. */
async function exportedBy(registry: Registry): Promise<readonly string[]> {
  const metrics = await registry.getMetricsAsJSON();
  return metrics.flatMap(({ name, type }) =>
    String(type) === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => `${name}${end}`) : [name],
  );
}

function unknownIn(query: string): readonly string[] {
  return metricsOf(query).filter((name) => !known.has(name));
}

describe('PromQL that asks for what nobody exports', () => {
  it.each([
    ['sum(rate(smartscale_lunches_total[5m]))', ['smartscale_lunches_total']],
    ['node_cpu_seconds_total / node_entropy_available_bits', ['node_entropy_available_bits']],
  ])('is found: %s', (query, missing) => {
    expect(unknownIn(query)).toEqual(missing);
  });

  it('is no PromQL when it does not parse', () => {
    expect(() => metricsOf('sum(rate(up[5m])')).toThrow(/no PromQL/);
  });
});

describe('alert rules', () => {
  it.each(ALERTS.map((rule) => [rule.alert, rule] as const))('%s asks for what is scraped', (_name, rule) => {
    expect(metricsOf(rule.expr).length).toBeGreaterThan(0);
    expect(unknownIn(rule.expr)).toEqual([]);
  });

  it.each(ALERTS.map(({ alert }) => alert))('%s has a paragraph on what to do', (alert) => {
    expect(RUNBOOK).toMatch(new RegExp(`^### ${alert}$`, 'm'));
  });

  it('have names of their own, and the docs name none that is gone', () => {
    const names = ALERTS.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    const documented = [...RUNBOOK.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(documented).toEqual(names);
  });

  it('look at the gauges of the replica that leads alone', () => {
    const gauges = /smartscale_(?!leader)\w+(?<!_total|_bucket)\b/g;
    for (const { expr } of ALERTS) {
      for (const [gauge] of expr.matchAll(gauges)) {
        expect(expr).toMatch(
          new RegExp(`\\(${gauge}(\\{[^}]*\\})? and on \\(pod\\) smartscale_leader == 1\\)`),
        );
      }
    }
  });
});

describe('recording rules', () => {
  it.each(RECORDING_RULES.map(({ record, expr }) => [record, expr]))(
    '%s asks for what is scraped',
    (_record, expr) => {
      expect(unknownIn(expr)).toEqual([]);
    },
  );
});

describe("the autoscaler's own queries", () => {
  it('ask for what is kept of node_exporter, by the label that is attached at scrape', () => {
    const queries = nodeQueries({ label: 'node', nodeNames: ['i-1'], stepMs: 15_000 });
    for (const query of Object.values(queries)) {
      expect(NODE_EXPORTER_METRICS).toEqual(expect.arrayContaining(metricsOf(query) as string[]));
    }
  });
});

describe.each(Object.entries(DASHBOARDS))('dashboard %s', (_name, dashboard) => {
  it('asks for what is scraped', () => {
    const queries = dashboardQueries(dashboard);
    expect(queries.length).toBeGreaterThan(10);
    for (const { panel, expr } of queries) expect([panel, unknownIn(expr)]).toEqual([panel, []]);
  });
});
