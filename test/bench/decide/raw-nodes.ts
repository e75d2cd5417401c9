import type { RawObject } from '../../../src/adapters/kubernetes/watch/kube-resource.ts';
import { instanceIdOf, LIFECYCLE, TYPE, ZONES } from './bench-world.ts';

const STARTED_AT = '2026-11-01T00:00:00Z';
const DAEMON_REQUESTS = { cpu: '50m', memory: '64Mi' };

/** A ready node; the control plane has a taint that keeps pods off. */
export function rawNode({
  index,
  allocatableCpuMillis,
  isControlPlane,
}: {
  readonly index: number;
  readonly allocatableCpuMillis: number;
  readonly isControlPlane: boolean;
}): RawObject {
  const name = isControlPlane ? 'control-plane' : `worker-${String(index).padStart(5, '0')}`;
  const zone = ZONES[Math.max(0, index) % ZONES.length] ?? '';
  const object = {
    metadata: {
      name,
      uid: name,
      creationTimestamp: STARTED_AT,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': zone,
        'node.kubernetes.io/instance-type': TYPE,
        'smartscale.dev/lifecycle': LIFECYCLE,
        ...(isControlPlane && { 'node-role.kubernetes.io/control-plane': 'true' }),
      },
    },
    spec: {
      ...(!isControlPlane && { providerID: `aws:///${zone}/${instanceIdOf(index)}` }),
      ...(isControlPlane && {
        taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
      }),
    },
    status: {
      allocatable: { cpu: `${allocatableCpuMillis}m`, memory: '15Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: STARTED_AT }],
    },
  };
  return object;
}

export function rawDaemonSet(index: number): RawObject {
  const name = `daemon-${index}`;
  const object = {
    metadata: { name, namespace: 'kube-system', uid: name },
    spec: { template: { metadata: { labels: { app: name } }, spec: daemonSpec() } },
  };
  return object;
}

/** The DaemonSet's pod on the node. */
export function rawDaemonPod(index: number, nodeName: string): RawObject {
  const owner = { kind: 'DaemonSet', name: `daemon-${index}`, uid: `daemon-${index}`, controller: true };
  const name = `daemon-${index}-${nodeName}`;
  const object = {
    metadata: {
      name,
      namespace: 'kube-system',
      uid: name,
      creationTimestamp: STARTED_AT,
      labels: { app: `daemon-${index}` },
      ownerReferences: [owner],
    },
    spec: { ...daemonSpec(), nodeName },
    status: { phase: 'Running' },
  };
  return object;
}

function daemonSpec() {
  return { containers: [{ name: 'agent', resources: { requests: DAEMON_REQUESTS } }] };
}
