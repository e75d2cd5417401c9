import type { KubeClient, KubeObject } from './kube-client.ts';
import { eventually } from './poll.ts';

const KUSTOMIZATIONS = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations';
const REPOSITORY = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/flux-system';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export async function kustomization(kube: KubeClient, name: string): Promise<KubeObject> {
  return kube.get(`${KUSTOMIZATIONS}/${name}`);
}

/** The source that all layers follow. */
export async function repository(kube: KubeClient): Promise<KubeObject> {
  return kube.get(REPOSITORY);
}

/** What the object says of itself; `Unknown` when it says nothing. */
export function ready(object: KubeObject): Condition {
  return conditionOf(object, 'Ready');
}

/** One of an object's conditions; `Unknown` when it has none of this type. */
export function conditionOf(object: KubeObject, type: string): Condition {
  const conditions = (object['status']?.conditions ?? []) as readonly Condition[];
  return (
    conditions.find((condition) => condition.type === type) ?? {
      type,
      status: 'Unknown',
      reason: '',
      message: '',
    }
  );
}

/** Waits until a Kustomization has applied a revision and what it holds is healthy. */
export async function untilApplied(
  kube: KubeClient,
  name: string,
  revision: string,
  deadlineMs = 120_000,
): Promise<KubeObject> {
  return eventually(
    `${name} to be ready at ${revision}`,
    async () => {
      const object = await kustomization(kube, name);
      const isThere = object['status']?.lastAppliedRevision === revision && ready(object).status === 'True';
      if (!isThere) throw new Error(JSON.stringify(ready(object)));
      return object;
    },
    { deadlineMs },
  );
}

/** Names of all Kustomizations. */
export async function kustomizationNames(kube: KubeClient): Promise<readonly string[]> {
  return (await kube.list(KUSTOMIZATIONS)).map((object) => object.metadata.name);
}

/** Has Flux look for a commit now: what the Receiver does when the Git host calls. */
export async function requestReconcile(kube: KubeClient): Promise<void> {
  await kube.patch(REPOSITORY, reconcileNow());
}

/** Has Flux look for drift in a layer now, not with its next interval. */
export async function requestReconcileOf(kube: KubeClient, name: string): Promise<void> {
  await kube.patch(`${KUSTOMIZATIONS}/${name}`, reconcileNow());
}

function reconcileNow(): unknown {
  return { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': String(performance.now()) } } };
}
