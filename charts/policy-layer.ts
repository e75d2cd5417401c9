import type { PlainFile } from './layout.ts';
import { NAMESPACES } from './namespaces.ts';

/** The ConfigMap that carries a cluster's policy, and the file that people write it in. */
export const POLICY = { configMap: 'smartscale-policy', file: 'policy.yaml' } as const;

/** `clusters/<cluster>/` itself: Kustomize makes the policy's ConfigMap out of the file that people edit. */
export function policyLayer(): Readonly<Record<string, PlainFile>> {
  return {
    kustomization: {
      source: 'charts/policy-layer.ts',
      content: {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        configMapGenerator: [
          {
            name: POLICY.configMap,
            namespace: NAMESPACES.smartscale,
            files: [POLICY.file],
            options: { disableNameSuffixHash: true },
          },
        ],
      },
    },
  };
}
