import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { CLUSTER_LAYERS } from '../../../charts/cluster-layers.ts';
import { collectionOf } from './api-discovery.ts';
import type { KubeClient, KubeObject } from './kube-client.ts';

const CLUSTERS = join(import.meta.dirname, '..', '..', '..', 'clusters');

/** A folder of a cluster, which is one Kustomization of Flux. */
export type Layer = keyof typeof CLUSTER_LAYERS;

/** The objects that the repository ships for a layer, in their order. */
export function shippedObjects(layer: Layer, cluster = 'production'): readonly KubeObject[] {
  const folder = join(CLUSTERS, cluster, layer);
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
  const { path, isNamespaced } = await collectionOf(kube, object);
  const { name, namespace } = object.metadata;
  if (isNamespaced !== (namespace !== undefined)) {
    throw new Error(`${object.kind} ${name} ${isNamespaced ? 'has no' : 'must not have a'} namespace`);
  }
  return kube.apply(`${path(namespace)}/${name}`, object);
}
