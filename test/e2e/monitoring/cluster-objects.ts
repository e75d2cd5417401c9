import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeClient, KubeObject } from '../harness/kube-client.ts';
import { applyObject } from '../harness/manifests.ts';
import { type GoToolSet, toolFolder } from '../harness/tool-cache.ts';

/** A machine of the control plane without a kubelet: pods on it are processes of the test, on 127.0.0.1. */
export const TEST_HOST = 'test-host';

export async function addTestHost(kube: KubeClient, kubeletPort: number): Promise<void> {
  const labels = { 'kubernetes.io/os': 'linux', 'node-role.kubernetes.io/control-plane': 'true' };
  await kube.create('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: TEST_HOST, labels },
    spec: { unschedulable: true },
    status: {
      allocatable: { cpu: '1', memory: '1Gi', pods: '10' },
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    },
  });
  await setAddress(kube, TEST_HOST, '127.0.0.1');
}

/** Where a Node is reached. */
export async function setAddress(kube: KubeClient, node: string, address: string): Promise<void> {
  await kube.patch(`/api/v1/nodes/${node}/status`, {
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: node },
      ],
    },
  });
}

/** Makes a process of the test the pod that a shipped workload would run. */
export async function standIn(
  kube: KubeClient,
  workload: KubeObject,
  port: number,
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { template } = workload['spec'];
  const [container] = template.spec.containers;
  const name = `${workload.metadata.name}-here`;
  const path = `/api/v1/namespaces/${workload.metadata.namespace}/pods`;
  await kube.create(path, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: template.metadata.labels, annotations },
    spec: {
      ...template.spec,
      nodeName: TEST_HOST,
      containers: [{ ...container, ports: [{ name: 'http', containerPort: port }] }],
    },
  });
  await kube.patch(`${path}/${name}/status`, {
    status: { phase: 'Running', podIP: '127.0.0.1', podIPs: [{ ip: '127.0.0.1' }] },
  });
}

/** The definitions that one of Flux's controllers brings. */
export async function applyFluxDefinitions(kube: KubeClient, set: GoToolSet): Promise<void> {
  const folder = join(toolFolder(set), 'crds');
  for (const file of readdirSync(folder)) {
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      await applyObject(kube, document.toJS() as KubeObject);
    }
  }
}

/** An object with a condition, as its controller would leave it. */
export async function withCondition(
  kube: KubeClient,
  object: KubeObject,
  path: string,
  condition: { readonly type: string; readonly status: string },
): Promise<void> {
  await applyObject(kube, object);
  const whole = {
    reason: 'Tested',
    message: 'by the test',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    ...condition,
  };
  await kube.patch(`${path}/${object.metadata.name}/status`, { status: { conditions: [whole] } });
}
