import type { KubeClient, KubeObject } from './kube-client.ts';
import { eventually } from './poll.ts';

/** Where objects of a kind live in the API. */
export interface Collection {
  readonly isNamespaced: boolean;
  readonly path: (namespace?: string) => string;
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** What the API server has said of its groups; a kind that is missing there is asked for again. */
const known = new WeakMap<KubeClient, Map<string, readonly ApiResource[]>>();

/** The collection of an object's kind, as the API server names it. A kind whose definition was just created is waited for. */
export async function collectionOf(
  kube: KubeClient,
  { apiVersion = '', kind = '' }: Pick<KubeObject, 'apiVersion' | 'kind'>,
): Promise<Collection> {
  const groups = known.get(kube) ?? new Map<string, readonly ApiResource[]>();
  known.set(kube, groups);
  const prefix = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const resource =
    find(groups.get(prefix), kind) ??
    (await eventually(`the API server to know ${apiVersion} ${kind}`, async () => {
      // A group that was just defined is not found at first: `eventually` asks again.
      const resources = (await kube.get(prefix))['resources'] as readonly ApiResource[];
      groups.set(prefix, resources);
      return find(resources, kind);
    }));
  return {
    isNamespaced: resource.namespaced,
    path: (namespace) =>
      resource.namespaced
        ? `${prefix}/namespaces/${namespace}/${resource.name}`
        : `${prefix}/${resource.name}`,
  };
}

function find(resources: readonly ApiResource[] | undefined, kind: string): ApiResource | undefined {
  return resources?.find((resource) => resource.kind === kind && !resource.name.includes('/'));
}
