import { createHash } from 'node:crypto';
import type { Offering } from '../../../src/model/offering.ts';
import type { Resources } from '../../../src/model/resources.ts';
import type { KubeObject } from '../harness/kube-client.ts';

const MIB = 2 ** 20;

/** The Node that a kubelet on such a machine registers, Ready from the start. */
export function plannedNode(name: string, offering: Offering): KubeObject {
  const { type, zone, arch, lifecycle } = offering;
  const amounts = resourceList(offering.allocatable);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/arch': arch,
        'kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': arch,
        'beta.kubernetes.io/os': 'linux',
        'topology.kubernetes.io/zone': zone,
        'topology.kubernetes.io/region': zone.slice(0, -1),
        'node.kubernetes.io/instance-type': type,
        'smartscale.dev/lifecycle': lifecycle,
      },
    },
    spec: { providerID: `aws:///${zone}/${instanceIdOf(name)}` },
    status: {
      allocatable: amounts,
      capacity: amounts,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  };
}

function instanceIdOf(name: string): string {
  return `i-${createHash('sha256').update(name).digest('hex').slice(0, 17)}`;
}

function resourceList({ cpuMillis, memoryMiB, pods, extended = {} }: Resources): Record<string, string> {
  const more = Object.entries(extended).map(([name, amount]) => [
    name,
    String(name === 'ephemeral-storage' ? amount * MIB : amount),
  ]);
  return {
    cpu: `${cpuMillis}m`,
    memory: String(memoryMiB * MIB),
    pods: String(pods),
    ...Object.fromEntries(more),
  };
}
