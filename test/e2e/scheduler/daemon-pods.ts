import type { KubeObject } from '../harness/kube-client.ts';

/** Tolerations that the DaemonSet controller adds are left out: no node of these tests has such taints. */
export function daemonPods(
  daemonSets: readonly KubeObject[],
  nodes: readonly KubeObject[],
): readonly KubeObject[] {
  return daemonSets.flatMap((daemonSet) =>
    nodes.filter((node) => carries(node, daemonSet)).map((node) => daemonPod(daemonSet, node)),
  );
}

/** The DaemonSets drawn here tolerate every taint and choose by node selector alone. */
function carries(node: KubeObject, daemonSet: KubeObject): boolean {
  const wanted = Object.entries(
    (daemonSet['spec'].template.spec.nodeSelector ?? {}) as Record<string, string>,
  );
  return wanted.every(([key, value]) => node.metadata.labels?.[key] === value);
}

/** As the controller makes it: tied to its node by the field, left to the scheduler to bind. */
function daemonPod({ metadata, ...daemonSet }: KubeObject, node: KubeObject): KubeObject {
  const { template } = daemonSet['spec'] as { template: { metadata: object; spec: object } };
  const field = { key: 'metadata.name', operator: 'In', values: [node.metadata.name] };
  const nodeSelectorTerms = [{ matchFields: [field] }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...template.metadata,
      name: `${metadata.name}-${node.metadata.name}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          name: metadata.name,
          uid: metadata.uid ?? metadata.name,
          controller: true,
        },
      ],
    },
    spec: {
      ...template.spec,
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
    },
  };
}
