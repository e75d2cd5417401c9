import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import {
  httpProbe,
  ON_CONTROL_PLANE,
  oneReplica,
  RESTRICTED_CONTAINER,
  resources,
  restrictedPod,
} from './control-plane-pod.ts';
import { CUSTOM_RESOURCE_METRICS, CUSTOM_RESOURCE_STATE, CUSTOM_RESOURCES } from './custom-resource-state.ts';
import { IMAGES } from './images.ts';
import { NAMESPACES } from './namespaces.ts';
import { API_SERVER_PORT, podsNamed, tcp } from './network-peers.ts';

const NAME = 'kube-state-metrics';
const LABELS = { 'app.kubernetes.io/name': NAME };
const METADATA = { name: NAME, namespace: NAMESPACES.monitoring, labels: LABELS };
const CONFIG_MAP = 'kube-state-metrics-config';
const PORTS = { http: 8080, telemetry: 8081 } as const;
const USER = 65534;

/** Which objects are watched, by API group. */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  '': ['nodes', 'pods'],
  apps: ['daemonsets', 'deployments', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  policy: ['poddisruptionbudgets'],
};

/** What is made of them; everything else is not even computed. */
export const KUBE_STATE_METRICS = [
  'kube_daemonset_status_desired_number_scheduled',
  'kube_daemonset_status_number_ready',
  'kube_deployment_spec_replicas',
  'kube_deployment_status_replicas_available',
  'kube_horizontalpodautoscaler_spec_max_replicas',
  'kube_horizontalpodautoscaler_status_current_replicas',
  'kube_node_info',
  'kube_node_labels',
  'kube_node_spec_taint',
  'kube_node_spec_unschedulable',
  'kube_node_status_allocatable',
  'kube_node_status_condition',
  'kube_pod_container_resource_requests',
  'kube_pod_container_status_restarts_total',
  'kube_pod_info',
  'kube_pod_status_phase',
  'kube_pod_status_unschedulable',
  'kube_poddisruptionbudget_status_pod_disruptions_allowed',
  'kube_statefulset_replicas',
  'kube_statefulset_status_replicas_ready',
] as const;

const NODE_LABELS = [
  'topology.kubernetes.io/zone',
  'node.kubernetes.io/instance-type',
  'smartscale.dev/lifecycle',
];

const CONFIG_FILE = 'custom-resources.yaml';

/** The state of the cluster's objects as series, the NodeFleet's and Flux's among them. */
export class KubeStateMetricsChart extends Chart {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    addAccess(this);
    new k8s.KubeConfigMap(this, 'config', {
      metadata: { ...METADATA, name: CONFIG_MAP },
      data: { [CONFIG_FILE]: stringify(CUSTOM_RESOURCE_STATE, { lineWidth: 0 }) },
    });
    addDeployment(this);
    new k8s.KubeNetworkPolicy(this, 'network-policy', {
      metadata: METADATA,
      spec: {
        podSelector: { matchLabels: LABELS },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [podsNamed('prometheus', NAMESPACES.monitoring)], ports: tcp(PORTS.http) }],
        egress: [{ ports: tcp(API_SERVER_PORT) }],
      },
    });
  }
}

function addAccess(chart: Chart): void {
  const cluster = { name: NAME, labels: LABELS };
  new k8s.KubeServiceAccount(chart, 'account', { metadata: METADATA });
  const custom = CUSTOM_RESOURCES.map(
    ({ groupVersionKind, resourcePlural }) => [groupVersionKind.group, [resourcePlural]] as const,
  );
  new k8s.KubeClusterRole(chart, 'cluster-role', {
    metadata: cluster,
    rules: [
      ...Object.entries(RESOURCES),
      ...custom,
      // Asked for to find out which of the kinds above the cluster knows.
      ['apiextensions.k8s.io', ['customresourcedefinitions']] as const,
    ].map(([group, plurals]) => ({
      apiGroups: [group],
      resources: [...plurals],
      verbs: ['list', 'watch'],
    })),
  });
  new k8s.KubeClusterRoleBinding(chart, 'cluster-role-binding', {
    metadata: cluster,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: NAME, namespace: METADATA.namespace }],
  });
}

function addDeployment(chart: Chart): void {
  new k8s.KubeDeployment(chart, 'deployment', {
    metadata: {
      ...METADATA,
      annotations: oneReplica(
        'Dashboards and alerts read it, decisions do not; a second one would double every series.',
      ),
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: LABELS },
      // Two at once would double each series.
      strategy: { type: 'Recreate' },
      template: {
        metadata: { labels: LABELS },
        spec: {
          ...ON_CONTROL_PLANE,
          serviceAccountName: NAME,
          securityContext: restrictedPod(USER),
          containers: [container()],
          volumes: [{ name: 'config', configMap: { name: CONFIG_MAP } }],
        },
      },
    },
  });
}

function container(): k8s.Container {
  const resourceNames = Object.values(RESOURCES).flat().sort();
  return {
    name: NAME,
    image: IMAGES.kubeStateMetrics,
    args: [
      `--resources=${resourceNames.join(',')}`,
      `--metric-allowlist=${[...KUBE_STATE_METRICS, ...CUSTOM_RESOURCE_METRICS].join(',')}`,
      `--metric-labels-allowlist=nodes=[${NODE_LABELS.join(',')}]`,
      // It watches the file and reads it again when the ConfigMap has changed.
      `--custom-resource-state-config-file=/etc/kube-state-metrics/${CONFIG_FILE}`,
    ],
    ports: Object.entries(PORTS).map(([name, containerPort]) => ({ name, containerPort })),
    resources: resources('10m', '48Mi', '160Mi'),
    securityContext: RESTRICTED_CONTAINER,
    readinessProbe: httpProbe('/readyz', 'telemetry', { periodSeconds: 10, timeoutSeconds: 5 }),
    livenessProbe: httpProbe('/livez', 'http', { periodSeconds: 20, timeoutSeconds: 5 }),
    volumeMounts: [{ name: 'config', mountPath: '/etc/kube-state-metrics', readOnly: true }],
  };
}
