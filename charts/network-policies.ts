import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { NAMESPACES } from './namespaces.ts';
import { TO_DNS } from './network-peers.ts';

/**
 * In every namespace nothing may be reached and nothing may reach out, but for asking the cluster's DNS. What an app needs beyond that is
 * a policy in the app's own chart.
 */
export class NetworkPoliciesChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const namespace of Object.values(NAMESPACES)) {
      new k8s.KubeNetworkPolicy(this, `${namespace}-default-deny`, {
        metadata: { name: 'default-deny', namespace },
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      });
      new k8s.KubeNetworkPolicy(this, `${namespace}-allow-dns`, {
        metadata: { name: 'allow-dns', namespace },
        spec: { podSelector: {}, policyTypes: ['Egress'], egress: [TO_DNS] },
      });
    }
  }
}
