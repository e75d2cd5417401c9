import { allocatableOf, instanceType } from '../../../src/catalogue/instance-type.ts';
import type { Resources } from '../../../src/model/resources.ts';
import { type Account, AuditLog } from './audit-log.ts';
import { ControlPlane } from './control-plane.ts';
import { FaultProxy } from './fault-proxy.ts';
import type { KubeClient } from './kube-client.ts';
import { KUBELET_LABEL, startKwok } from './kwok.ts';
import { MachineBridge } from './machine-bridge.ts';
import { FAKE_CREDENTIALS, type Moto, REGION, startMoto } from './moto.ts';
import { NodeExporters } from './node-exporters.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import type { Started } from './together.ts';

const BOOT_MS = 500;
/** The shipped accounts; each may do what it does, and nothing else. */
const AUDITED: readonly Account[] = [
  { namespace: 'smartscale', name: 'smartscale' },
  { namespace: 'monitoring', name: 'prometheus' },
  { namespace: 'monitoring', name: 'kube-state-metrics' },
  // Not ours, but it acts as the account that applies the policy.
  { namespace: 'flux-system', name: 'kustomize-controller' },
];

/** An empty cluster with its EC2 account and its metrics: everything that the autoscaler finds when it comes. */
export interface Machines {
  readonly kube: KubeClient;
  readonly controlPlane: ControlPlane;
  readonly moto: Moto;
  readonly proxy: FaultProxy;
  readonly bridge: MachineBridge;
  readonly exporters: NodeExporters;
  readonly prometheus: Prometheus;
  /** What the shipped accounts asked of the API server, as that wrote it down. */
  readonly audit: AuditLog;
}

export async function startMachines(
  folder: string,
  started: Started,
  clusterName: string,
): Promise<Machines> {
  const audit = new AuditLog(folder, AUDITED);
  const [controlPlane, moto] = await Promise.all([
    ControlPlane.start(folder, { apiServerArgs: audit.arguments() }).then((part) =>
      started(part, () => part.stop()),
    ),
    startMoto(folder).then((part) => started(part, part.stop)),
  ]);
  const kube = controlPlane.admin;
  const kwok = await startKwok(folder, controlPlane.adminKubeconfig);
  started(kwok, () => kwok.kill());
  await addControlPlaneNode(kube);
  const proxy = await FaultProxy.start(moto.url, moto.subnets);
  started(proxy, () => proxy.stop());
  const bridge = startBridge(kube, moto, proxy, clusterName);
  started(bridge, () => bridge.stop());
  const exporters = await NodeExporters.start(() => bridge.aliveNames());
  started(exporters, () => exporters.stop());
  const prometheus = await startPrometheus(folder, exporters.address);
  started(prometheus, prometheus.stop);
  return { kube, controlPlane, moto, proxy, bridge, exporters, prometheus, audit };
}

/** The environment of the autoscaler in this account. */
export function accountOf({ proxy, moto }: Machines, clusterName: string): Readonly<Record<string, string>> {
  return {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: proxy.url,
    AWS_ENDPOINT_URL_DYNAMODB: moto.url,
    AWS_ACCESS_KEY_ID: FAKE_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: FAKE_CREDENTIALS.secretAccessKey,
    SMARTSCALE_CLUSTER: clusterName,
    SMARTSCALE_LAUNCH_TEMPLATE: moto.launchTemplateId,
    SMARTSCALE_LAUNCH_TEMPLATE_VERSION: '1',
    SMARTSCALE_SUBNET_IDS: moto.subnets.map((subnet) => subnet.id).join(','),
  };
}

function startBridge(kube: KubeClient, moto: Moto, proxy: FaultProxy, clusterName: string): MachineBridge {
  const bridge = new MachineBridge({
    ec2: moto.client,
    kube,
    clusterName,
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
        'kubernetes.io/os': 'linux',
        'node-role.kubernetes.io/control-plane': 'true',
        [KUBELET_LABEL.key]: KUBELET_LABEL.value,
      },
    },
    spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
    status: { allocatable: resources, capacity: resources },
  });
}
