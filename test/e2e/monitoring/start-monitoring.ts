import { freePort } from '../harness/free-port.ts';
import type { KubeObject } from '../harness/kube-client.ts';
import { applyObject, shippedObjects } from '../harness/manifests.ts';
import type { Prometheus } from '../harness/prometheus.ts';
import type { World } from '../harness/world.ts';
import {
  addLocalDisk,
  addTestHost,
  applyFluxDefinitions,
  setAddress,
  standIn,
  withCondition,
} from './cluster-objects.ts';
import { startDemoApp, startKubeStateMetrics, startNodeExporter } from './exporters.ts';
import { FakeKubelet } from './fake-kubelet.ts';
import { shipped, startShippedPrometheus } from './shipped-prometheus.ts';

/**
 * The monitoring layer in a world whose autoscaler runs: its objects in the API, its programs as processes under the accounts that ship. Stopped by the
 * Prometheus that is returned.
 */
export async function startMonitoring(
  world: World,
  workers: readonly KubeObject[],
): Promise<Prometheus & { readonly rules: string }> {
  const { kube, controlPlane, folder } = world;
  await addLocalDisk(kube, 'control-plane');
  for (const object of shippedObjects('monitoring')) await applyObject(kube, object);
  const access = await controlPlane.accessOf('monitoring', 'prometheus');
  const token = access.token ?? '';
  const kubelet = await FakeKubelet.start(controlPlane.serving, token);
  await addTestHost(kube, kubelet.port);
  await addWatchedObjects(world);
  const nodeExporterPort = await freePort();
  const exporters = await startExporters(world, workers, nodeExporterPort);
  const prometheus = await startShippedPrometheus({
    folder,
    kubeconfig: await controlPlane.kubeconfigFor('monitoring', 'prometheus'),
    caFile: access.caFile,
    token,
    nodeExporterPort,
  });
  const stop = async (): Promise<void> => {
    await prometheus.stop();
    for (const process of exporters) await process.kill();
    await kubelet.stop();
  };
  return { ...prometheus, stop };
}

async function startExporters(world: World, workers: readonly KubeObject[], port: number) {
  const { kube, controlPlane, folder, autoscaler } = world;
  const machines = ['control-plane', ...workers.map(({ metadata }) => metadata.name)];
  const addresses = ['127.0.0.1', ...machines.map((_, index) => `127.0.1.${index + 1}`)];
  for (const [index, name] of machines.entries()) await setAddress(kube, name, `127.0.1.${index + 1}`);
  const ports = { http: await freePort(), telemetry: await freePort() };
  const kubeconfig = await controlPlane.kubeconfigFor('monitoring', 'kube-state-metrics');
  await standIn(kube, shipped('Deployment', 'kube-state-metrics'), ports.http);
  const deployment = shippedObjects('autoscaler').find(({ kind }) => kind === 'Deployment');
  if (deployment !== undefined) await standIn(kube, deployment, Number(new URL(autoscaler.url).port));
  // Somebody's own node_exporter, which asks to be scraped.
  await standIn(kube, shipped('Deployment', 'grafana'), port, {
    'prometheus.io/scrape': 'true',
    'prometheus.io/port': String(port),
  });
  const appPort = await freePort();
  const app = shippedObjects('apps').find(({ kind }) => kind === 'Deployment');
  if (app !== undefined) {
    const { annotations } = app['spec'].template.metadata as { annotations: Record<string, string> };
    await standIn(kube, app, appPort, { ...annotations, 'prometheus.io/port': String(appPort) });
  }
  return [
    startDemoApp(folder, appPort),
    startKubeStateMetrics(folder, kubeconfig, ports),
    ...addresses.map((address) => startNodeExporter(folder, address, port)),
  ];
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
