import type { V1ConfigMap } from '@kubernetes/client-node';
import type { KubeResource, RawOf } from '../watch.ts';

/** The policy file's name: the key under which kustomize puts it into the ConfigMap. */
export const POLICY_FILE = 'policy.yaml';

/** What we keep of a ConfigMap. */
export interface PolicyConfigMap {
  /** `undefined`: it has no policy file. */
  readonly text: string | undefined;
}

/** The policy texts in a namespace's ConfigMaps. */
export function policyConfigMapResource(namespace: string): KubeResource<PolicyConfigMap> {
  return {
    name: 'configmaps',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`,
    project: ({ data }: RawOf<V1ConfigMap>) => ({ text: data?.[POLICY_FILE] }),
  };
}
