import { createHash } from 'node:crypto';
import type { KubeClient, KubeObject } from './kube-client.ts';
import { applyObject } from './manifests.ts';

/*
 * Does to the API server what Flux and kustomize do with a commit to policy.yaml, in their order, for scenarios that are not about Git.
 * The tests of the real controllers are another file's.
 */

const FLUX = 'flux-system';
const KUSTOMIZATION = 'policy';
const GROUP = 'kustomize.toolkit.fluxcd.io';
const PATH = `/apis/${GROUP}/v1/namespaces/${FLUX}/kustomizations`;

export interface FleetPlace {
  readonly namespace: string;
  readonly name: string;
}

/** A commit's policy on its way into the cluster. */
export interface PolicyCommit {
  readonly text: string;
  readonly revision: string;
}

/** Installs as much of Flux as the autoscaler looks at: its namespace is there already. */
export async function installFlux(kube: KubeClient): Promise<void> {
  await applyObject(kube, KUSTOMIZATION_KIND);
  await applyObject(kube, {
    apiVersion: `${GROUP}/v1`,
    kind: 'Kustomization',
    metadata: { name: KUSTOMIZATION, namespace: FLUX },
  });
}

/** Applies a commit: the attempt is written down first, the ConfigMap before the NodeFleet, the old ConfigMap goes last. */
export async function applyCommit(kube: KubeClient, fleet: FleetPlace, commit: PolicyCommit): Promise<void> {
  await attempt(kube, commit.revision);
  const configMap = configMapOf(fleet.namespace, commit.text);
  const { name } = configMap.metadata;
  await applyObject(kube, configMap);
  await applyObject(kube, fleetOf(fleet, name));
  const folder = `/api/v1/namespaces/${fleet.namespace}/configmaps`;
  const old = (await kube.list(folder)).filter(
    (object) => object.metadata.labels?.[`${GROUP}/name`] === KUSTOMIZATION && object.metadata.name !== name,
  );
  for (const { metadata } of old) await kube.delete(`${folder}/${metadata.name}`);
}

/** Says that a commit is being applied, whatever is in it. */
export async function attempt(kube: KubeClient, lastAttemptedRevision: string): Promise<void> {
  await kube.patch(`${PATH}/${KUSTOMIZATION}/status`, { status: { lastAttemptedRevision } });
}

const LABELS = { [`${GROUP}/name`]: KUSTOMIZATION, [`${GROUP}/namespace`]: FLUX };

function configMapOf(namespace: string, text: string): KubeObject {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `smartscale-policy-${hash}`, namespace, labels: LABELS },
    data: { 'policy.yaml': text },
    immutable: true,
  };
}

function fleetOf({ namespace, name }: FleetPlace, configMap: string): KubeObject {
  return {
    apiVersion: 'smartscale.dev/v1',
    kind: 'NodeFleet',
    metadata: { name, namespace, labels: LABELS },
    spec: { policyRef: { name: configMap } },
  };
}

/** The kind with its status and nothing else: Flux's own definition knows every field. */
const KUSTOMIZATION_KIND: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `kustomizations.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind: 'Kustomization', plural: 'kustomizations' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              status: { type: 'object', properties: { lastAttemptedRevision: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
};
