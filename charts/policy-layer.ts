import type { ClusterSettings } from './clusters.ts';
import type { PlainFile } from './layout.ts';
import { NAMESPACES } from './namespaces.ts';
import { NODE_FLEET } from './node-fleet.ts';

/** The ConfigMap that carries a cluster's policy, without its hash, and the file that people write it in. */
export const POLICY = { configMap: 'smartscale-policy', file: 'policy.yaml' } as const;

const SOURCE = 'charts/policy-layer.ts';

/**
 * `clusters/<cluster>/` itself: Kustomize makes the policy's ConfigMap out of the file that people edit, and writes its name into
 * the NodeFleet.
 */
export function policyLayer({ name }: ClusterSettings): Readonly<Record<string, PlainFile>> {
  return {
    kustomization: { source: SOURCE, content: KUSTOMIZATION },
    'name-references': { source: SOURCE, content: NAME_REFERENCES },
    'node-fleet': { source: SOURCE, content: nodeFleet(name) },
  };
}

const KUSTOMIZATION = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources: ['node-fleet.yaml'],
  configMapGenerator: [
    {
      name: POLICY.configMap,
      namespace: NAMESPACES.smartscale,
      files: [POLICY.file],
      // The name carries the content's hash, so the content never changes: a policy is what a commit says, or it is another one.
      options: { immutable: true },
    },
  ],
  configurations: ['name-references.yaml'],
};

/** Where kustomize writes a generated ConfigMap's name beside the places that it knows. */
const NAME_REFERENCES = {
  nameReference: [
    {
      kind: 'ConfigMap',
      version: 'v1',
      fieldSpecs: [{ group: NODE_FLEET.group, kind: NODE_FLEET.kind, path: 'spec/policyRef/name' }],
    },
  ],
};

function nodeFleet(name: string): unknown {
  return {
    apiVersion: `${NODE_FLEET.group}/${NODE_FLEET.version}`,
    kind: NODE_FLEET.kind,
    metadata: {
      name,
      namespace: NAMESPACES.smartscale,
      // Its status remembers the last good policy: a folder moved in Git must not take that away.
      annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
    },
    spec: { policyRef: { name: POLICY.configMap } },
  };
}
