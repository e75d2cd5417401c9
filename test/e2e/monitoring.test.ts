import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CUSTOM_RESOURCE_METRICS } from '../../charts/custom-resource-state.ts';
import { DASHBOARDS } from '../../charts/dashboards.ts';
import { KUBE_STATE_METRICS } from '../../charts/kube-state-metrics.ts';
import {
  KUBELET_METRICS,
  NODE_EXPORTER_METRICS,
  PROMETHEUS_METRICS,
  SCRAPE_JOBS,
} from '../../charts/scrape-jobs.ts';
import { PrometheusTelemetry } from '../../src/adapters/prometheus/prometheus-telemetry.ts';
import { SystemClock } from '../../src/adapters/system/system-clock.ts';
import { dashboardQueries } from '../charts/dashboard-queries.ts';
import { untilSettled } from './harness/fleet-state.ts';
import type { KubeObject } from './harness/kube-client.ts';
import { eventually } from './harness/poll.ts';
import type { Prometheus } from './harness/prometheus.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { needs, type Right, rightsGiven, rightText } from './harness/used-rights.ts';
import { startWorld, type World } from './harness/world.ts';
import { TEST_HOST } from './monitoring/cluster-objects.ts';
import { shipped } from './monitoring/shipped-prometheus.ts';
import { type Monitoring, startMonitoring } from './monitoring/start-monitoring.ts';

let world: World;
let monitoring: Monitoring;
let prometheus: Prometheus;
let workers: readonly KubeObject[];

beforeAll(async () => {
  world = await startWorld('monitoring');
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy({ shrink: false }), 'main@sha1:1');
  await world.autoscaler.start();
  workers = await untilSettled(world, 2);
  monitoring = await startMonitoring(world, workers);
  prometheus = monitoring.prometheus;
});

afterAll(async () => {
  await monitoring?.stop();
  await world?.stop();
});

async function namesOf(job: string): Promise<readonly string[]> {
  const samples = await prometheus.query(`group by (__name__) ({job="${job}"})`);
  // Of each target Prometheus itself says whether and how it answered; its alerts keep the label of what they are about.
  return samples
    .map(({ metric }) => metric['__name__'] ?? '')
    .filter((name) => !/^(up|scrape_.+|ALERTS.*)$/.test(name))
    .sort();
}

async function untilNonEmpty(
  query: string,
): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: number }[]> {
  return eventually(`an answer to ${query}`, async () => {
    const samples = await prometheus.query(query);
    return samples.length > 0 ? samples : undefined;
  });
}

describe('the pods of the monitoring layer', () => {
  it('are let in by Pod Security and fit on a control plane of the size of a t3.medium', async () => {
    const pods = await eventually('the pods to run', async () => {
      const found = (await world.kube.list('/api/v1/namespaces/monitoring/pods')).filter(
        ({ metadata }) => !metadata.name.endsWith('-here'),
      );
      return found.length === 3 && found.every((pod) => pod['status'].phase === 'Running')
        ? found
        : undefined;
    });
    expect(pods.map((pod) => pod['spec'].nodeName)).toEqual([
      'control-plane',
      'control-plane',
      'control-plane',
    ]);
  });

  it('measure every node', async () => {
    const nodes = (await world.kube.list('/api/v1/nodes')).map(({ metadata }) => metadata.name).sort();
    const measured = await eventually('an exporter on each node', async () => {
      const pods = await world.kube.list('/api/v1/namespaces/node-exporter/pods');
      const names = pods.flatMap((pod) => (pod['spec'].nodeName ?? []) as string);
      return names.length === nodes.length ? names.sort() : undefined;
    });
    expect(measured).toEqual(nodes);
  });
});

describe('what the shipped configuration scrapes', () => {
  it.each(SCRAPE_JOBS.map(({ job_name }) => job_name))(
    '%s is found, with the rights that ship, and answers',
    async (job) => {
      const found = await untilNonEmpty(`up{job="${job}"} == 1`);
      expect(found.length).toBeGreaterThan(0);
    },
  );

  it('has every node as what it is', async () => {
    const count = workers.length + 2;
    await untilNonEmpty(`count(up{job="node-exporter"} == 1) == ${count}`);
    const targets = await prometheus.query('up{job="node-exporter"}');
    for (const node of workers) {
      const labels = node.metadata.labels ?? {};
      expect(targets.map(({ metric }) => metric)).toContainEqual(
        expect.objectContaining({
          node: node.metadata.name,
          zone: labels['topology.kubernetes.io/zone'],
          instance_type: labels['node.kubernetes.io/instance-type'],
          lifecycle: labels['smartscale.dev/lifecycle'],
          role: 'worker',
        }),
      );
    }
    const host = targets.find(({ metric }) => metric['node'] === TEST_HOST);
    expect(host?.metric['role']).toBe('control-plane');
  });

  it('is what node_exporter gives and we want, and nothing else', async () => {
    const names = await namesOf('node-exporter');
    expect(NODE_EXPORTER_METRICS).toEqual(expect.arrayContaining(names as string[]));
    // A container shows no file system of a machine.
    const always = NODE_EXPORTER_METRICS.filter((name) => !name.startsWith('node_filesystem'));
    expect(names).toEqual(expect.arrayContaining(always));
  });

  it.each(['resource', 'cadvisor'] as const)(
    "is what the kubelet's %s says, without the rest of K3s",
    async (path) => {
      await untilNonEmpty(`up{job="kubelet-${path}",node="${TEST_HOST}"} == 1`);
      expect(await namesOf(`kubelet-${path}`)).toEqual([...KUBELET_METRICS[path]].sort());
    },
  );

  it('is every series that kube-state-metrics is asked for, and nothing else', async () => {
    const wanted = [...KUBE_STATE_METRICS, ...CUSTOM_RESOURCE_METRICS].sort();
    await eventually(
      'all series of kube-state-metrics',
      async () => (await namesOf('kube-state-metrics')).length >= wanted.length,
    );
    expect(await namesOf('kube-state-metrics')).toEqual(wanted);
  });

  it('is what Prometheus says of itself', async () => {
    await eventually(
      'rules to have been evaluated',
      async () => (await namesOf('prometheus')).length >= PROMETHEUS_METRICS.length,
    );
    expect(await namesOf('prometheus')).toEqual([...PROMETHEUS_METRICS].sort());
  });

  it("lets no pod's own node_exporter speak for a machine again", async () => {
    await untilNonEmpty('up{job="pods"} == 1');
    expect((await namesOf('pods')).filter((name) => name.startsWith('node_'))).toEqual([]);
    expect((await namesOf('pods')).length).toBeGreaterThan(0);
  });

  it('is what an app says that asks for it, under its own name', async () => {
    const [app] = await untilNonEmpty('app_queue_depth{app="demo-app"}');
    expect(app?.metric).toMatchObject({ job: 'pods', namespace: 'demo', pod: 'demo-app-here' });
  });

  it('knows what the NodeFleet and Flux say', async () => {
    expect(await untilNonEmpty('nodefleet_condition{type="Synced"} == 0')).toHaveLength(1);
    const [flux] = await untilNonEmpty('gotk_resource_info{kind="Kustomization"}');
    expect(flux?.metric).toMatchObject({
      namespace: 'flux-system',
      name: 'policy',
      ready: 'False',
      suspended: 'true',
    });
    expect(await untilNonEmpty('gotk_resource_info{kind="GitRepository",ready="True"}')).toHaveLength(1);
  });
});

describe('the probes that ship', () => {
  it.each([
    ['prometheus', 'StatefulSet'],
    ['kube-state-metrics', 'Deployment'],
    ['node-exporter', 'DaemonSet'],
  ] as const)('of %s are answered', async (name, kind) => {
    const [container] = shipped(name, kind)['spec'].template.spec.containers as readonly [Probed];
    const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
    const urls = probes.flatMap((probe) =>
      probe === undefined
        ? []
        : `http://127.0.0.1:${monitoring.portsOf[name][probe.httpGet.port]}${probe.httpGet.path}`,
    );
    expect(urls.length).toBeGreaterThanOrEqual(2);
    for (const url of urls) expect([url, (await fetch(url)).status]).toEqual([url, 200]);
  });
});

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Probed {
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

describe('the rights that ship', () => {
  it.each(['prometheus', 'kube-state-metrics'])(
    'of %s are all used and all it needs, by the audit log',
    (name) => {
      const role = shipped(name, 'ClusterRole');
      const calls = world.audit.callsOf({ namespace: 'monitoring', name });
      expect(calls.filter((call) => !call.isAllowed)).toEqual([]);
      // Kubelets ask for this one when they are scraped, and there is none here.
      const given = rightsGiven([role]).filter(({ resource }) => resource !== 'nodes/metrics');
      // Their lists come as the beginning of a watch; from a server that cannot do that they list, and then watch.
      const isUsed = (right: Right) => calls.some((call) => needs(call, { ...right, verb: 'watch' }));
      const unused = given.filter((right) => !isUsed(right));
      expect(unused.map(rightText)).toEqual([]);
      expect(given.length).toBeGreaterThan(3);
    },
  );
});

describe('what is asked of it', () => {
  it("the autoscaler's own queries know all signals of all workers", async () => {
    const url = prometheus.url;
    const telemetry = new PrometheusTelemetry({ baseUrl: url, timeoutMs: 5_000 }, new SystemClock());
    const nodeNames = workers.map(({ metadata }) => metadata.name);
    const query = { nodeNames, windowMs: 5_000, stepMs: 1_000 };
    const known = await eventually('all signals', async () => {
      const { nodeCpuPercent, ...signals } = await telemetry.utilization(query, AbortSignal.timeout(5_000));
      const isKnown = Object.values(signals).every(
        (signal) => signal.status === 'known' && signal.coverage === 1,
      );
      return isKnown ? { nodeCpuPercent, signals } : undefined;
    });
    expect(Object.keys(known.nodeCpuPercent).sort()).toEqual([...nodeNames].sort());
    expect(Object.keys(known.signals)).toHaveLength(4);
  });

  it('every rule is evaluated without an error', async () => {
    const groups = await eventually('every rule to have been evaluated', async () => {
      const answer = await fetch(`${prometheus.url}/api/v1/rules`);
      const body = (await answer.json()) as { data: { groups: readonly { rules: readonly Rule[] }[] } };
      const rules = body.data.groups.flatMap((group) => group.rules);
      return rules.every(({ health }) => health !== 'unknown') ? rules : undefined;
    });
    expect(groups.length).toBeGreaterThan(20);
    expect(
      groups.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => [name, lastError]),
    ).toEqual([]);
  });

  it('an alert fires by what the cluster says', async () => {
    const rules = await untilNonEmpty('ALERTS{alertname="FluxSuspended",name="policy"}');
    expect(rules[0]?.metric).toMatchObject({ severity: 'warning', alertstate: 'pending' });
  });
});

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** Panels about what does not happen in a fleet that is well. */
const MAY_BE_EMPTY = new Set(['Refusals by EC2', 'Wanted and refused']);

describe.each(Object.entries(DASHBOARDS))('dashboard %s', (_name, dashboard) => {
  it.each(dashboardQueries(dashboard).map(({ panel, expr, isInstant }) => [panel, expr, isInstant] as const))(
    '%s: %s',
    async (panel, expr, isInstant) => {
      const answer = await eventually(`an answer for ${panel}`, async () => {
        const { status, data, error } = await ask(expr, isInstant);
        if (status !== 'success') return { error, count: 0 };
        return data.result.length > 0 || MAY_BE_EMPTY.has(panel)
          ? { error, count: data.result.length }
          : undefined;
      });
      expect(answer.error).toBeUndefined();
      if (!MAY_BE_EMPTY.has(panel)) expect(answer.count).toBeGreaterThan(0);
    },
  );
});

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly unknown[] };
}

/** As Grafana asks: a figure as it is now, a graph over time. */
async function ask(expr: string, isInstant: boolean): Promise<Answer> {
  const now = Date.now() / 1000;
  const range = { start: String(now - 300), end: String(now), step: '5' };
  const form = new URLSearchParams({ query: expr, ...(isInstant ? {} : range) });
  const path = isInstant ? 'query' : 'query_range';
  const answer = await fetch(`${prometheus.url}/api/v1/${path}`, { method: 'POST', body: form });
  return (await answer.json()) as Answer;
}

describe('a changed rule', () => {
  it('is loaded without a restart; what cannot be loaded leaves the one before in force', async () => {
    const started = await prometheus.query('prometheus_tsdb_head_series');
    const file = join(monitoring.rules, 'recording.yaml');
    appendFileSync(
      file,
      '  - name: added\n    rules:\n      - record: added:by:test\n        expr: vector(1)\n',
    );
    await untilNonEmpty('added:by:test');
    appendFileSync(file, '  - name: broken\n    rules: {}\n');
    await untilNonEmpty('prometheus_config_last_reload_successful == 0');
    expect(await prometheus.query('added:by:test')).toHaveLength(1);
    expect(started).toHaveLength(1);
  });
});
