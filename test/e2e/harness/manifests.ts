import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeClient, KubeObject } from './kube-client.ts';

const CLUSTER = join(import.meta.dirname, '..', '..', '..', 'clusters', 'production');

/** What the autoscaler stands on and is made of, in the order in which Flux brings it. */
const LAYERS = ['infrastructure', 'autoscaler'];

/** Where objects of a kind live in the API. */
const COLLECTION: Readonly<
  Record<string, { readonly prefix: string; readonly plural: string; readonly isNamespaced: boolean }>
> = {
  Namespace: { prefix: '/api/v1', plural: 'namespaces', isNamespaced: false },
  ServiceAccount: { prefix: '/api/v1', plural: 'serviceaccounts', isNamespaced: true },
  Service: { prefix: '/api/v1', plural: 'services', isNamespaced: true },
  ConfigMap: { prefix: '/api/v1', plural: 'configmaps', isNamespaced: true },
  Deployment: { prefix: '/apis/apps/v1', plural: 'deployments', isNamespaced: true },
  ClusterRole: { prefix: '/apis/rbac.authorization.k8s.io/v1', plural: 'clusterroles', isNamespaced: false },
  ClusterRoleBinding: {
    prefix: '/apis/rbac.authorization.k8s.io/v1',
    plural: 'clusterrolebindings',
    isNamespaced: false,
  },
  Role: { prefix: '/apis/rbac.authorization.k8s.io/v1', plural: 'roles', isNamespaced: true },
  RoleBinding: { prefix: '/apis/rbac.authorization.k8s.io/v1', plural: 'rolebindings', isNamespaced: true },
};

/** The objects that the repository ships for the autoscaler, in their order. */
export function shippedObjects(): readonly KubeObject[] {
  return LAYERS.flatMap((layer) => objectsOf(join(CLUSTER, layer)));
}

function objectsOf(folder: string): readonly KubeObject[] {
  const { resources } = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as {
    resources: readonly string[];
  };
  return resources.flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(
      (document) => document.toJS() as KubeObject,
    ),
  );
}

/** Applies an object as Flux does, by server-side apply. */
export async function applyObject(kube: KubeClient, object: KubeObject): Promise<KubeObject> {
  const where = COLLECTION[object.kind ?? ''];
  if (where === undefined) throw new Error(`no path is known for kind ${object.kind}: add it to COLLECTION`);
  const namespace = where.isNamespaced ? `/namespaces/${object.metadata.namespace}` : '';
  return kube.apply(`${where.prefix}${namespace}/${where.plural}/${object.metadata.name}`, object);
}
