import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CLUSTERS } from '../../charts/clusters.ts';
import { DASHBOARDS } from '../../charts/dashboards.ts';
import { IMAGES } from '../../charts/images.ts';
import { RETENTION } from '../../charts/prometheus.ts';
import { SCRAPE_JOBS } from '../../charts/scrape-jobs.ts';
import { cpuMillis, memoryMiB } from '../../src/adapters/kubernetes/read/quantity.ts';
import { STARTUP_TAINT_KEY } from '../../src/model/node.ts';
import { type Manifest, objectOf, objectsOf } from './generated-objects.ts';

/** What the end-to-end tier builds. */
const TOOLS = join(import.meta.dirname, '..', 'e2e', 'tools');
const LAYER = 'clusters/production/monitoring';
const FILES = ['grafana', 'kube-state-metrics', 'node-exporter', 'prometheus'].map(
  (name) => `${LAYER}/${name}.yaml`,
);
const WORKLOADS: readonly Manifest[] = FILES.flatMap((file) => objectsOf(file)).filter((object) =>
  ['DaemonSet', 'Deployment', 'StatefulSet'].includes(object.kind),
);
const podOf = (workload: Manifest): Manifest => workload.spec.template.spec;
const named = (name: string): Manifest => WORKLOADS.find((workload) => workload.metadata.name === name);

describe('the monitoring layer', () => {
  it('asks for little: a t3.medium carries it beside K3s', () => {
    // Allocatable of a t3.medium, less what K3s's own pods, Flux and two replicas of the autoscaler ask for.
    const room = {
      cpu: 1_930 - 200 - 400 - 200,
      memory: 3_200 - 1_200 - 256 - 256,
    };
    const requests = WORKLOADS.flatMap((workload) => podOf(workload).containers as Manifest[]).map(
      ({ resources }) => resources.requests,
    );
    const cpu = requests.reduce((sum, request) => sum + cpuMillis(request.cpu), 0);
    const memory = requests.reduce((sum, request) => sum + memoryMiB(request.memory), 0);
    expect({ cpu, memory }).toEqual({ cpu: 270, memory: 744 });
    expect(cpu).toBeLessThan(room.cpu / 2);
    expect(memory).toBeLessThan(room.memory);
  });

  it.each(WORKLOADS.map((workload) => [workload.metadata.name, workload]))(
    '%s has probes, limits and nothing that it may write to but its volumes',
    (_name, workload) => {
      for (const container of podOf(workload).containers) {
        expect(container).toMatchObject({
          livenessProbe: expect.anything(),
          readinessProbe: expect.anything(),
          resources: {
            requests: { cpu: expect.anything(), memory: expect.anything() },
            limits: { memory: expect.anything() },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
        });
      }
      expect(podOf(workload).securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
    },
  );

  it.each(['grafana', 'kube-state-metrics', 'prometheus'])(
    'keeps %s off every node that can be removed',
    (name) => {
      const { affinity } = podOf(named(name));
      expect(affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
        {
          matchExpressions: [
            {
              key: 'node-role.kubernetes.io/control-plane',
              operator: 'Exists',
            },
          ],
        },
      ]);
    },
  );

  it('pins every image by tag and digest', () => {
    for (const workload of WORKLOADS) {
      for (const { image } of podOf(workload).containers)
        expect(image).toMatch(/:v?\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
    }
  });

  it.each([
    ['kube-state-metrics', IMAGES.kubeStateMetrics, 'k8s.io/kube-state-metrics/v2 v2.$1.$2'],
    ['node-exporter', IMAGES.nodeExporter, 'github.com/prometheus/node_exporter v1.$1.$2'],
    // Prometheus 3.13.3 is v0.313.3 as a module.
    ['prometheus', IMAGES.prometheus, 'github.com/prometheus/prometheus v0.3$1.$2'],
  ])('ships the %s that the end-to-end tier runs', (tool, image, pattern) => {
    const pin = image.replace(/^.*:v?\d+\.(\d+)\.(\d+)@.*$/, pattern);
    expect(readFileSync(join(TOOLS, tool, 'go.mod'), 'utf8')).toContain(`${pin} `);
  });

  it('holds no secret', () => {
    for (const file of FILES) expect(objectsOf(file).filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it.each(['kube-state-metrics', 'prometheus'])('lets %s read, and nothing more', (name) => {
    const { rules } = objectOf(`${LAYER}/${name}.yaml`, 'ClusterRole');
    const verbs = new Set(rules.flatMap((rule: Manifest) => rule.verbs as string[]));
    const resources = rules.flatMap((rule: Manifest) => rule.resources as string[]);
    expect([...verbs].filter((verb) => !['get', 'list', 'watch'].includes(verb as string))).toEqual([]);
    expect(resources).not.toContain('secrets');
    expect(resources).not.toContain('nodes/proxy');
    expect(resources).not.toContain('*');
  });
});

describe('node-exporter', () => {
  const pod = podOf(named('node-exporter'));

  it('runs on every node, before it is admitted and after it is cordoned', () => {
    expect(pod.tolerations).toEqual([{ operator: 'Exists' }]);
    expect(
      tolerates(pod.tolerations, {
        key: STARTUP_TAINT_KEY,
        effect: 'NoSchedule',
      }),
    ).toBe(true);
  });

  it('reads the machine and writes nothing to it', () => {
    const mounts = pod.containers[0].volumeMounts as Manifest[];
    expect(mounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }: Manifest) => name));
    expect(mounts.filter(({ readOnly }) => readOnly !== true)).toEqual([]);
    expect(pod.hostPID).toBeUndefined();
    expect(pod.automountServiceAccountToken).toBe(false);
  });
});

describe('prometheus', () => {
  const pod = podOf(named('prometheus'));
  const args = pod.containers[0].args as string[];
  const claim = named('prometheus').spec.volumeClaimTemplates[0].spec;

  it.each(CLUSTERS.map(({ name }) => name))(
    'scrapes and evaluates every 15 s in %s, and names the cluster',
    (name) => {
      const config = parse(configOf(name));
      expect(config.global).toEqual({
        scrape_interval: '15s',
        evaluation_interval: '15s',
        external_labels: { cluster: name },
      });
      expect(config.scrape_configs).toEqual(SCRAPE_JOBS);
    },
  );

  it('holds seven whole days: a block spans a tenth of the retention and goes when all of it is older', () => {
    const days = Number.parseInt(RETENTION.time, 10);
    expect(RETENTION.time).toBe(`${days}d`);
    expect(days).toBeGreaterThanOrEqual(7 + days / 10);
    expect(args).toContain(`--storage.tsdb.retention.time=${RETENTION.time}`);
  });

  it('leaves room on its volume for the compaction of the largest block', () => {
    expect(args).toContain(`--storage.tsdb.retention.size=${RETENTION.size}`);
    expect(claim.resources.requests.storage).toBe('20Gi');
    const bytes = Number.parseInt(RETENTION.size, 10) * 1e9;
    expect(bytes * 1.1).toBeLessThan(20 * 1024 ** 3);
  });

  it('keeps its volume when Git no longer names it', () => {
    expect(named('prometheus').spec.persistentVolumeClaimRetentionPolicy.whenDeleted).toBe('Retain');
  });

  it('is answered to the autoscaler and Grafana alone', () => {
    const { spec } = objectOf(`${LAYER}/prometheus.yaml`, 'NetworkPolicy');
    expect(spec.ingress).toHaveLength(1);
    expect(spec.ingress[0].from.map((peer: Manifest) => Object.values(peer.podSelector.matchLabels))).toEqual(
      [['smartscale'], ['grafana']],
    );
  });

  it('finds the pods that are there: by their names, in their namespaces, by the names of their ports', () => {
    const pods = [...WORKLOADS, objectOf('clusters/production/autoscaler/autoscaler.yaml', 'Deployment')].map(
      (workload) => ({
        namespace: workload.metadata.namespace as string,
        app: workload.spec.template.metadata.labels['app.kubernetes.io/name'] as string,
        ports: (podOf(workload).containers[0].ports as Manifest[]).map(({ name }) => name as string),
      }),
    );
    for (const job of ['kube-state-metrics', 'smartscale']) {
      const { namespace, app, port } = podsOfJob(job);
      const found = pods.filter((each) => each.namespace === namespace && each.app === app);
      expect(found).toHaveLength(1);
      expect(found[0]?.ports).toContain(port);
    }
  });

  it('measures each machine once: no pod of ours asks to be scraped beside its own job', () => {
    for (const workload of WORKLOADS) {
      expect(Object.keys(workload.spec.template.metadata.annotations ?? {})).not.toContain(
        'prometheus.io/scrape',
      );
    }
    const onNodes = SCRAPE_JOBS.filter(({ job_name }) => job_name === 'node-exporter');
    expect(onNodes).toHaveLength(1);
  });
});

describe('grafana', () => {
  const pod = podOf(named('grafana'));
  const env = Object.fromEntries(
    (pod.containers[0].env as Manifest[]).map(({ name, value }) => [name as string, value as string]),
  );
  const provisioning = objectOf(`${LAYER}/grafana.yaml`, 'ConfigMap').data as Record<string, string>;

  it('lets nobody in without the password, which Git does not hold', () => {
    expect(env).toMatchObject({
      GF_AUTH_ANONYMOUS_ENABLED: 'false',
      GF_USERS_ALLOW_SIGN_UP: 'false',
    });
    expect(Object.keys(env).filter((name) => name.endsWith('PASSWORD'))).toEqual([]);
    const folder = (env['GF_SECURITY_ADMIN_PASSWORD__FILE'] ?? '').replace(/\/password$/, '');
    const mount = pod.containers[0].volumeMounts.find(({ mountPath }: Manifest) => mountPath === folder);
    expect(pod.volumes.find(({ name }: Manifest) => name === mount.name).secret).toEqual({
      secretName: 'grafana-admin',
    });
  });

  it('keeps the data source that is in its image, since it cannot write a newer one beside it', () => {
    expect(pod.containers[0].securityContext.readOnlyRootFilesystem).toBe(true);
    expect(env).toMatchObject({ GF_PLUGINS_PREINSTALL_DISABLED: 'true' });
  });

  it('asks the Service of Prometheus, by the identifier that dashboards name', () => {
    const [datasource] = parse(provisioning['datasources.yaml'] ?? '').datasources;
    const service = objectOf(`${LAYER}/prometheus.yaml`, 'Service');
    expect(datasource.url).toBe(
      `http://${service.metadata.name}.${service.metadata.namespace}:${service.spec.ports[0].port}`,
    );
    expect(datasource).toMatchObject({ editable: false, isDefault: true });
    const used = new Set(
      [
        ...JSON.stringify(DASHBOARDS).matchAll(
          /"uid":"([^"]+)","type":"prometheus"|"type":"prometheus","uid":"([^"]+)"/g,
        ),
      ].map(([, a, b]) => a ?? b),
    );
    expect(used).toEqual(new Set([datasource.uid]));
  });

  it('mounts every dashboard that there is', () => {
    const maps = objectsOf(`${LAYER}/dashboards.yaml`).map(({ metadata }) => metadata.name as string);
    const { projected } = pod.volumes.find(({ name }: Manifest) => name === 'dashboards');
    expect(projected.sources.map(({ configMap }: Manifest) => configMap.name)).toEqual(maps);
  });
});

describe.each(Object.entries(DASHBOARDS))('dashboard %s', (_name, dashboard) => {
  const json = JSON.stringify(dashboard);

  it('can be provisioned: an identifier of its own, no version, no input that a person would fill in', () => {
    expect(dashboard.uid).toMatch(/^smartscale-/);
    expect(json).not.toMatch(/__inputs|\$\{/);
    expect(dashboard).not.toHaveProperty('version');
    const ids = (dashboard.panels ?? []).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('names every panel', () => {
    for (const { title } of dashboard.panels ?? []) expect(title ?? '').not.toBe('');
  });
});

function configOf(cluster: string): string {
  const maps = objectsOf(`clusters/${cluster}/monitoring/prometheus.yaml`);
  return maps.find(({ kind }) => kind === 'ConfigMap').data['prometheus.yml'] as string;
}

function podsOfJob(name: string): {
  readonly namespace: string;
  readonly app: string;
  readonly port: string;
} {
  const job: Manifest = SCRAPE_JOBS.find(({ job_name }) => job_name === name);
  const keep = job.relabel_configs.find(({ action }: Manifest) => action === 'keep');
  const [app = '', port = ''] = (keep.regex as string).split(';');
  return {
    namespace: job.kubernetes_sd_configs[0].namespaces.names[0] as string,
    app,
    port,
  };
}

function tolerates(
  tolerations: readonly Manifest[],
  taint: { readonly key: string; readonly effect: string },
): boolean {
  return tolerations.some(
    ({ key, effect, operator }) =>
      (key === undefined ? operator === 'Exists' : key === taint.key) &&
      (effect === undefined || effect === taint.effect),
  );
}
