import type { KubeObject } from '../harness/kube-client.ts';

/** Where workloads live; both carry a label for namespace selectors. */
export const NAMESPACES = ['shop', 'batch'] as const;
export const NAMESPACE_LABEL = 'team';

/** Adds 130m and 48Mi to a pod. */
export const SANDBOXED = 'sandboxed';
export const PRIORITIES = ['low', 'high'] as const;

/** What every workload finds in the cluster and none changes. */
export function standingObjects(): readonly KubeObject[] {
  return [
    ...NAMESPACES.map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { [NAMESPACE_LABEL]: name } },
    })),
    {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: SANDBOXED },
      handler: 'sandbox',
      overhead: { podFixed: { cpu: '130m', memory: '48Mi' } },
    },
    ...PRIORITIES.map((name, index) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: index === 0 ? -10 : 1000,
    })),
  ];
}
