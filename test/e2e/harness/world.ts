import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { allocatableOf, instanceType } from '../../../src/catalogue/instance-type.ts';
import type { Resources } from '../../../src/model/resources.ts';
import { ApiGate } from './api-gate.ts';
import { AutoscalerProcess } from './autoscaler-process.ts';
import type { OwnedProcess } from './child-process.ts';
import { ControlPlane } from './control-plane.ts';
import { FaultProxy } from './fault-proxy.ts';
import type { KubeClient } from './kube-client.ts';
import { KUBELET_LABEL, startKwok } from './kwok.ts';
import { MachineBridge } from './machine-bridge.ts';
import { applyObject, shippedObjects } from './manifests.ts';
import { FAKE_CREDENTIALS, type Moto, REGION, startMoto } from './moto.ts';
import { NodeExporters } from './node-exporters.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

export const NAMESPACE = 'smartscale';
export const POLICY_CONFIGMAP = 'smartscale-policy';
export const CLUSTER_NAME = 'e2e';
const ACCOUNT = 'smartscale';
const BOOT_MS = 500;
/** Logs of the last run are kept here, outside Git. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', '.cache', 'e2e');

/** Everything that a scenario runs on, started and stopped together. */
export interface World {
  readonly folder: string;
  readonly kube: KubeClient;
  readonly controlPlane: ControlPlane;
  readonly moto: Moto;
  readonly proxy: FaultProxy;
  readonly bridge: MachineBridge;
  readonly exporters: NodeExporters;
  readonly prometheus: Prometheus;
  /** Between the autoscaler and the API server. */
  readonly gate: ApiGate;
  readonly autoscaler: AutoscalerProcess;
  /** Puts a policy in force as Flux would: the ConfigMap's text and the Git revision it came from. */
  readonly setPolicy: (policy: unknown, revision?: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a world of this name; its logs stay in `.cache/e2e/<name>/` until the next run. */
export async function startWorld(name: string): Promise<World> {
  const folder = join(FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const undo: (() => Promise<void>)[] = [];
  const started = <T>(part: T, stop: () => Promise<void>): T => {
    undo.unshift(stop);
    return part;
  };
  const stop = async () => {
    for (const step of undo) await step();
    for (const data of ['etcd', 'prometheus']) rmSync(join(folder, data), { recursive: true, force: true });
  };
  try {
    return { ...(await startParts(folder, started)), folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Started = <T>(part: T, stop: () => Promise<void>) => T;

async function startParts(folder: string, started: Started): Promise<Omit<World, 'folder' | 'stop'>> {
  const [controlPlane, moto] = await Promise.all([
    ControlPlane.start(folder).then((part) => started(part, () => part.stop())),
    startMoto(folder).then((part) => started(part, part.stop)),
  ]);
  const kube = controlPlane.admin;
  const kwok: OwnedProcess = await startKwok(folder, controlPlane.adminKubeconfig);
  started(kwok, () => kwok.kill());
  await addControlPlaneNode(kube);
  const proxy = await FaultProxy.start(moto.url, moto.subnets);
  started(proxy, () => proxy.stop());
  const bridge = startBridge(kube, moto, proxy);
  started(bridge, () => bridge.stop());
  const exporters = await NodeExporters.start(() => bridge.aliveNames());
  started(exporters, () => exporters.stop());
  const prometheus = await startPrometheus(folder, exporters.address);
  started(prometheus, prometheus.stop);
  for (const object of shippedObjects()) await applyObject(kube, object);
  const { url, caFile } = controlPlane.adminAccess;
  const gate = await ApiGate.start(url, caFile, controlPlane.serving);
  started(gate, () => gate.stop());
  const autoscaler = new AutoscalerProcess({
    folder,
    kubeconfig: await controlPlane.kubeconfigFor(NAMESPACE, ACCOUNT, gate.url),
    args: argumentsFor(prometheus),
    env: environmentFor(proxy, moto),
  });
  started(autoscaler, () => autoscaler.kill());
  const setPolicy = (policy: unknown, revision?: string) => applyPolicy(kube, policy, revision);
  return { kube, controlPlane, moto, proxy, bridge, exporters, prometheus, gate, autoscaler, setPolicy };
}

function startBridge(kube: KubeClient, moto: Moto, proxy: FaultProxy): MachineBridge {
  const bridge = new MachineBridge({
    ec2: moto.client,
    kube,
    clusterName: CLUSTER_NAME,
    allocatableOf: allocatableOfName,
    bootMs: BOOT_MS,
    onInstancesChanged: (listener) => proxy.onInstancesChanged(listener),
    onError: (error) => process.stderr.write(`machine bridge: ${String(error)}\n`),
  });
  bridge.start();
  return bridge;
}

function allocatableOfName(name: string): Resources {
  const type = instanceType(name);
  if (type === undefined) throw new Error(`the catalogue has no type ${name}`);
  return allocatableOf(type);
}

/** The one machine that never scales. */
async function addControlPlaneNode(kube: KubeClient): Promise<void> {
  const resources = { cpu: '1930m', memory: '3200Mi', pods: '110' };
  await kube.create('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'control-plane',
      labels: {
        'kubernetes.io/hostname': 'control-plane',
        'node-role.kubernetes.io/control-plane': 'true',
        [KUBELET_LABEL.key]: KUBELET_LABEL.value,
      },
    },
    spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
    status: { allocatable: resources, capacity: resources },
  });
}

async function applyPolicy(kube: KubeClient, policy: unknown, revision = 'main@sha1:0'): Promise<void> {
  const text = typeof policy === 'string' ? policy : stringify(policy);
  await applyObject(kube, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: POLICY_CONFIGMAP,
      namespace: NAMESPACE,
      annotations: { 'smartscale.dev/revision': revision },
    },
    data: { 'policy.yaml': text },
  });
}

function argumentsFor(prometheus: Prometheus): readonly string[] {
  return [
    `--cluster-name=${CLUSTER_NAME}`,
    `--namespace=${NAMESPACE}`,
    `--policy-configmap=${POLICY_CONFIGMAP}`,
    `--prometheus-url=${prometheus.url}`,
  ];
}

function environmentFor(proxy: FaultProxy, moto: Moto): Readonly<Record<string, string>> {
  return {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: proxy.url,
    AWS_ACCESS_KEY_ID: FAKE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: FAKE_CREDENTIALS.secretAccessKey,
    SMARTSCALE_CLUSTER: CLUSTER_NAME,
    SMARTSCALE_LAUNCH_TEMPLATE: moto.launchTemplateId,
    SMARTSCALE_LAUNCH_TEMPLATE_VERSION: '1',
    SMARTSCALE_SUBNET_IDS: moto.subnets.map((subnet) => subnet.id).join(','),
  };
}
