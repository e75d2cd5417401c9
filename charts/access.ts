import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';

export interface AccessProps {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What the autoscaler may do, and nothing more. The whole cluster: read what deciding needs, cordon, evict, delete Nodes, write events.
 * Its own namespace: its lease, its ledger, its policy. The end-to-end tier runs under exactly these rules,
 * and fails when one of them is not needed.
 */
export class Access extends Construct {
  constructor(scope: Construct, id: string, props: AccessProps) {
    super(scope, id);
    const { name, namespace, labels } = props;
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    new k8s.KubeClusterRole(this, 'cluster-role', { metadata: { name, labels }, rules: CLUSTER_RULES });
    new k8s.KubeClusterRoleBinding(this, 'cluster-role-binding', {
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects,
    });
    new k8s.KubeRole(this, 'role', { metadata: { name, namespace, labels }, rules: NAMESPACE_RULES });
    new k8s.KubeRoleBinding(this, 'role-binding', {
      metadata: { name, namespace, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects,
    });
  }
}

const READ = ['list', 'watch'];

const CLUSTER_RULES: k8s.PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', ...READ, 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods', 'persistentvolumes', 'persistentvolumeclaims'], verbs: READ },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
  { apiGroups: ['apps'], resources: ['replicasets', 'statefulsets', 'daemonsets'], verbs: READ },
  // Only the Eviction API: never a plain delete, which would pass by every disruption budget.
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
];

const NAMESPACE_RULES: k8s.PolicyRule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: READ },
  // The ledger: each operation is written before its first call, and deleted a day after its end.
  {
    apiGroups: ['smartscale.dev'],
    resources: ['scalingoperations'],
    verbs: ['list', 'create', 'update', 'delete'],
  },
];
