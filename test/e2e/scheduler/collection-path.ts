import type { KubeObject } from '../harness/kube-client.ts';

const COLLECTIONS: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  Node: '/api/v1/nodes',
  PersistentVolume: '/api/v1/persistentvolumes',
  PriorityClass: '/apis/scheduling.k8s.io/v1/priorityclasses',
  RuntimeClass: '/apis/node.k8s.io/v1/runtimeclasses',
};

const IN_NAMESPACE: Readonly<Record<string, readonly [string, string]>> = {
  DaemonSet: ['/apis/apps/v1', 'daemonsets'],
  PersistentVolumeClaim: ['/api/v1', 'persistentvolumeclaims'],
  Pod: ['/api/v1', 'pods'],
  PodDisruptionBudget: ['/apis/policy/v1', 'poddisruptionbudgets'],
  ReplicaSet: ['/apis/apps/v1', 'replicasets'],
  StatefulSet: ['/apis/apps/v1', 'statefulsets'],
};

/** Where objects of this kind are created. Throws for a kind that these tests do not make. */
export function collectionPath({ kind = '', metadata }: KubeObject): string {
  const path = COLLECTIONS[kind];
  if (path !== undefined) return path;
  const [group, resource] = IN_NAMESPACE[kind] ?? [];
  if (group === undefined) throw new Error(`no collection is known for the kind ${kind}`);
  return `${group}/namespaces/${metadata.namespace}/${resource}`;
}
