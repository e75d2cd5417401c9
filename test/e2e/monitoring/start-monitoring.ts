import { freePort } from '../harness/free-port.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { addLocalDisk } from '../harness/local-disk.ts';
import { applyObject, shippedObjects } from '../harness/manifests.ts';
import type { Prometheus } from '../harness/prometheus.ts';
import type { MonitoringToolSet } from '../harness/tool-cache.ts';
import type { World } from '../harness/world.ts';
import { addTestHost, applyFluxDefinitions, setAddress, standIn, withCondition } from './cluster-objects.ts';
import { startDemoApp, startKubeStateMetrics, startNodeExporter } from './exporters.ts';
import { FakeKubelet } from './fake-kubelet.ts';
import { shipped, startShippedPrometheus } from './shipped-prometheus.ts';

/** The monitoring layer in a world whose autoscaler runs. */
export interface Monitoring {
  readonly prometheus: Prometheus;
  /** The folder of Prometheus's rules. */
  readonly rules: string;
  /** Where the processes listen on 127.0.0.1, by the names that the pods' ports have. */
  readonly portsOf: Readonly<Record<MonitoringToolSet, Readonly<Record<string, number>>>>;
  readonly stop: () => Promise<void>;
}

/** Puts the layer's objects into the API and starts its programs as processes, under the accounts that ship. */
export async function startMonitoring(world: World, workers: readonly KubeObject[]): Promise<Monitoring> {
  const { kube, controlPlane, folder } = world;
  await addLocalDisk(kube, 'control-plane');
  for (const object of shippedObjects('monitoring')) await applyObject(kube, object);
  const access = await controlPlane.accessOf('monitoring', 'prometheus');
  const token = access.token ?? '';
  const kubelet = await FakeKubelet.start(controlPlane.serving, token);
  await addTestHost(kube, kubelet.port);
  await addWatchedObjects(world);
  const ports: ExporterPorts = {
    nodeExporter: await freePort(),
    app: await freePort(),
    stateMetrics: { http: await freePort(), telemetry: await freePort() },
  };
  const processes = await startExporters(world, workers, ports);
  const { rules, ...prometheus } = await startShippedPrometheus({
    folder,
    kubeconfig: await controlPlane.kubeconfigFor('monitoring', 'prometheus'),
    caFile: access.caFile,
    token,
    nodeExporterPort: ports.nodeExporter,
  });
  const stop = async (): Promise<void> => {
    await prometheus.stop();
    for (const process of processes) await process.kill();
    await kubelet.stop();
  };
  const portsOf = {
    prometheus: { http: Number(new URL(prometheus.url).port) },
    'kube-state-metrics': ports.stateMetrics,
    'node-exporter': { http: ports.nodeExporter },
  };
  return { prometheus, rules, portsOf, stop };
}

interface ExporterPorts {
  readonly nodeExporter: number;
  readonly app: number;
  readonly stateMetrics: { readonly http: number; readonly telemetry: number };
}

async function startExporters(world: World, workers: readonly KubeObject[], ports: ExporterPorts) {
  const { kube, controlPlane, folder, autoscaler } = world;
  const machines = ['control-plane', ...workers.map(({ metadata }) => metadata.name)];
  const addresses = ['127.0.0.1', ...machines.map((_, index) => `127.0.1.${index + 1}`)];
  for (const [index, name] of machines.entries()) await setAddress(kube, name, `127.0.1.${index + 1}`);
  await standIn(kube, shipped('kube-state-metrics', 'Deployment'), ports.stateMetrics.http);
  await standIn(
    kube,
    shipped('smartscale', 'Deployment', 'autoscaler'),
    Number(new URL(autoscaler.url).port),
  );
  await standIn(kube, shipped('demo-app', 'Deployment', 'apps'), ports.app, asksOn(ports.app));
  // Somebody's own node_exporter, which asks to be scraped.
  await standIn(kube, shipped('grafana', 'Deployment'), ports.nodeExporter, asksOn(ports.nodeExporter));
  const kubeconfig = await controlPlane.kubeconfigFor('monitoring', 'kube-state-metrics');
  return [
    startDemoApp(folder, ports.app),
    startKubeStateMetrics(folder, kubeconfig, ports.stateMetrics),
    ...addresses.map((address) => startNodeExporter(folder, address, ports.nodeExporter)),
  ];
}

/** How a pod asks to be scraped. */
function asksOn(port: number): Readonly<Record<string, string>> {
  return { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port) };
}

/** One of each kind that kube-state-metrics watches and the world has not yet. */
async function addWatchedObjects({ kube }: World): Promise<void> {
  for (const set of ['source-controller', 'kustomize-controller'] as const)
    await applyFluxDefinitions(kube, set);
  const source = { kind: 'GitRepository', name: 'smartscale' };
  const flux = (group: string, plural: string) => `/apis/${group}/v1/namespaces/flux-system/${plural}`;
  await withCondition(
    kube,
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: source.name, namespace: 'flux-system' },
      spec: { interval: '1m', url: 'https://example.com/fleet' },
    },
    flux('source.toolkit.fluxcd.io', 'gitrepositories'),
    { type: 'Ready', status: 'True' },
  );
  await withCondition(
    kube,
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'policy', namespace: 'flux-system' },
      spec: { interval: '1m', prune: false, sourceRef: source, suspend: true },
    },
    flux('kustomize.toolkit.fluxcd.io', 'kustomizations'),
    { type: 'Ready', status: 'False' },
  );
  await withCondition(
    kube,
    {
      apiVersion: 'smartscale.dev/v1',
      kind: 'NodeFleet',
      metadata: { name: 'watched', namespace: 'smartscale' },
      spec: { policyRef: { name: 'none' } },
    },
    '/apis/smartscale.dev/v1/namespaces/smartscale/nodefleets',
    { type: 'Synced', status: 'False' },
  );
  await applyObject(kube, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'watched', namespace: 'default' },
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'watched' } },
  });
  // Larger than any worker, so it stays unschedulable and nothing is launched for it.
  await applyObject(kube, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'too-large', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'none', resources: { requests: { cpu: '99' } } }] },
  });
}
