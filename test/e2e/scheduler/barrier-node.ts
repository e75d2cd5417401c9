import type { KubeObject } from '../harness/kube-client.ts';

/**
 * A node and the one pod that has room on it. The scheduler hears of nodes in the order of their changes: once it has bound the
 * pod, it knows all changes before. The node bears no label, so it is no domain of any topology, and is full.
 */
export function barrierNode(name: string): { readonly node: KubeObject; readonly pod: KubeObject } {
  const amounts = { pods: '1' };
  const field = { key: 'metadata.name', operator: 'In', values: [name] };
  const nodeSelectorTerms = [{ matchFields: [field] }];
  return {
    node: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: {
        allocatable: amounts,
        capacity: amounts,
        conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      },
    },
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: {
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
        containers: [{ name: 'probe', image: 'example.invalid/probe:1' }],
      },
    },
  };
}
