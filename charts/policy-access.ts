import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { FLUX } from './flux-kustomization.ts';
import { NAMESPACES } from './namespaces.ts';

/** The ServiceAccount in flux-system under which Flux applies the policy. */
export const POLICY_ACCOUNT = 'policy-reconciler';

/**
 * What a commit to the policy may change: ConfigMaps and the NodeFleet in the autoscaler's namespace. Whatever else is put into the
 * policy's folder is refused by the API server. The NodeFleet cannot be deleted: it holds the last good policy.
 */
export class PolicyAccessChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const role = { name: POLICY_ACCOUNT, namespace: NAMESPACES.smartscale };
    new k8s.KubeServiceAccount(this, 'account', { metadata: { name: POLICY_ACCOUNT, namespace: FLUX } });
    new k8s.KubeRole(this, 'role', { metadata: role, rules: RULES });
    new k8s.KubeRoleBinding(this, 'role-binding', {
      metadata: role,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: POLICY_ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', name: POLICY_ACCOUNT, namespace: FLUX }],
    });
  }
}

/** Server-side apply needs `patch`, and `create` for what is not there yet; a policy of before is deleted. */
const RULES: k8s.PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'create', 'patch', 'delete'] },
  { apiGroups: ['smartscale.dev'], resources: ['nodefleets'], verbs: ['get', 'create', 'patch'] },
];
