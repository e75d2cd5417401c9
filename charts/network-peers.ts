import { k8s } from 'cdk8s-plus-28';

/** Where K3s's API server listens; policies see addresses after the Service's address was replaced. */
export const API_SERVER_PORT = 6443;

/** The pods of an app in a namespace. */
export function podsNamed(app: string, namespace: string): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: { 'app.kubernetes.io/name': app } },
  };
}

export function tcp(...ports: readonly number[]): k8s.NetworkPolicyPort[] {
  return ports.map((port) => ({ port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' }));
}

/** Asking the cluster's DNS. */
export const TO_DNS: k8s.NetworkPolicyEgressRule = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: ['TCP', 'UDP'].map((protocol) => ({ port: k8s.IntOrString.fromNumber(53), protocol })),
};
