import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { FLUX, POLICY_KUSTOMIZATION } from './flux-kustomization.ts';
import { NODE_FLEET } from './node-fleet.ts';

export interface AccessProps {
  /** Of the account, of its roles, and of the lease. */
  readonly name: string;
  readonly namespace: string;
  /** Name of the NodeFleet. */
  readonly fleet: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * What the autoscaler may do, and nothing more. The whole cluster: read what deciding needs, cordon, evict, delete Nodes, write events.
 * Its own namespace: its lease, its NodeFleet, the policies. Flux's: which commit the policy comes from. The end-to-end tier runs
 * under exactly these rules, and the API server's audit log judges them: one that is not needed fails it, as one that is missing does.
 */
export class Access extends Construct {
  readonly #props: AccessProps;

  constructor(scope: Construct, id: string, props: AccessProps) {
    super(scope, id);
    this.#props = props;
    const { name, namespace, labels } = props;
    new k8s.KubeClusterRole(this, 'cluster-role', { metadata: { name, labels }, rules: CLUSTER_RULES });
    new k8s.KubeClusterRoleBinding(this, 'cluster-role-binding', {
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: this.#subjects(),
    });
    this.#allowIn(namespace, namespaceRules(props));
    this.#allowIn(FLUX, FLUX_RULES);
  }

  #allowIn(namespace: string, rules: k8s.PolicyRule[]): void {
    const metadata = { name: this.#props.name, namespace, labels: this.#props.labels };
    new k8s.KubeRole(this, `role-${namespace}`, { metadata, rules });
    new k8s.KubeRoleBinding(this, `role-binding-${namespace}`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: this.#subjects(),
    });
  }

  #subjects(): k8s.Subject[] {
    const { name, namespace } = this.#props;
    return [{ kind: 'ServiceAccount', name, namespace }];
  }
}

const READ = ['list', 'watch'];

const CLUSTER_RULES: k8s.PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', ...READ, 'patch', 'delete'] },
  {
    apiGroups: [''],
    resources: ['pods', 'persistentvolumes', 'persistentvolumeclaims', 'namespaces'],
    verbs: READ,
  },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
  { apiGroups: ['apps'], resources: ['replicasets', 'statefulsets', 'daemonsets'], verbs: READ },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses', 'csinodes'], verbs: READ },
  // Only the Eviction API: never a plain delete, which would pass by every disruption budget.
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
];

/** A name cannot be asked of what does not exist yet, so `create` stands alone; each policy has a name of its own. */
function namespaceRules({ name, fleet }: AccessProps): k8s.PolicyRule[] {
  const { group, plural } = NODE_FLEET;
  const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  return [
    { ...leases, verbs: ['create'] },
    { ...leases, resourceNames: [name], verbs: ['get', 'update'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: READ },
    { apiGroups: [group], resources: [plural], resourceNames: [fleet], verbs: READ },
    { apiGroups: [group], resources: [`${plural}/status`], resourceNames: [fleet], verbs: ['patch'] },
    // The ledger: each operation is written before its first call, and deleted a day after its end.
    { apiGroups: [group], resources: ['scalingoperations'], verbs: ['list', 'create', 'update', 'delete'] },
  ];
}

const FLUX_RULES: k8s.PolicyRule[] = [
  {
    apiGroups: ['kustomize.toolkit.fluxcd.io'],
    resources: ['kustomizations'],
    resourceNames: [POLICY_KUSTOMIZATION],
    verbs: ['get'],
  },
];
