import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { Access } from './access.ts';
import { autoscalerPod, HTTP_PORT } from './autoscaler-pod.ts';
import type { ClusterSettings } from './clusters.ts';
import { NAMESPACES } from './namespaces.ts';
import { API_SERVER_PORT, podsNamed, tcp } from './network-peers.ts';
import { PROMETHEUS } from './prometheus.ts';

const NAME = 'smartscale';
const SELECTED = { 'app.kubernetes.io/name': NAME };
const LABELS = { ...SELECTED, 'app.kubernetes.io/part-of': NAME };
const METADATA = { name: NAME, namespace: NAMESPACES.smartscale, labels: LABELS };

/** The autoscaler itself: account, rights, Deployment, Service, and whom it talks with. */
export class AutoscalerChart extends Chart {
  constructor(scope: Construct, id: string, settings: ClusterSettings) {
    super(scope, id);
    new k8s.KubeServiceAccount(this, 'account', { metadata: METADATA, automountServiceAccountToken: false });
    new Access(this, 'access', { ...METADATA, fleet: settings.name });
    addDeployment(this, settings);
    new k8s.KubePodDisruptionBudget(this, 'disruption-budget', {
      metadata: METADATA,
      spec: {
        selector: { matchLabels: SELECTED },
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        // A replica that is not ready does no work, so it must not hold up the drain of its machine.
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
    new k8s.KubeService(this, 'service', {
      metadata: METADATA,
      spec: {
        selector: SELECTED,
        ports: [{ name: 'http', port: HTTP_PORT, targetPort: k8s.IntOrString.fromString('http') }],
      },
    });
    addNetworkPolicy(this);
  }
}

function addDeployment(chart: Chart, settings: ClusterSettings): void {
  new k8s.KubeDeployment(chart, 'deployment', {
    metadata: METADATA,
    spec: {
      // One leads by a Lease, the other mirrors the cluster and takes over within the lease's time.
      replicas: 2,
      selector: { matchLabels: SELECTED },
      // The next replica starts before the last one goes.
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: {
          maxSurge: k8s.IntOrString.fromNumber(1),
          maxUnavailable: k8s.IntOrString.fromNumber(0),
        },
      },
      template: { metadata: { labels: LABELS }, spec: autoscalerPod(NAME, SELECTED, settings) },
    },
  });
}

/** Asked by Prometheus alone; the kubelet's probes come from the machine itself, which policies do not concern. */
function addNetworkPolicy(chart: Chart): void {
  const prometheus = podsNamed(PROMETHEUS.name, PROMETHEUS.namespace);
  new k8s.KubeNetworkPolicy(chart, 'network-policy', {
    metadata: METADATA,
    spec: {
      podSelector: { matchLabels: SELECTED },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [prometheus], ports: tcp(HTTP_PORT) }],
      egress: [
        { to: [prometheus], ports: tcp(PROMETHEUS.port) },
        // The API server and EC2: both by addresses that are not known here.
        { ports: tcp(API_SERVER_PORT, 443) },
        // The machine's role: docs/aws.md.
        { to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: tcp(80) },
      ],
    },
  });
}
