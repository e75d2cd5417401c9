import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import type { ClusterSettings } from './clusters.ts';
import {
  httpProbe,
  ON_CONTROL_PLANE,
  oneReplica,
  RESTRICTED_CONTAINER,
  resources,
  restrictedPod,
} from './control-plane-pod.ts';
import { IMAGES } from './images.ts';
import { NAMESPACES } from './namespaces.ts';
import { API_SERVER_PORT, podsNamed, tcp } from './network-peers.ts';
import { NODE_EXPORTER_PORT } from './node-exporter.ts';
import { PRIORITY } from './priority-classes.ts';
import { RULES_CONFIG_MAP } from './prometheus-rules.ts';
import { SCRAPE_JOBS } from './scrape-jobs.ts';

export const PROMETHEUS = { name: 'prometheus', namespace: NAMESPACES.monitoring, port: 9090 } as const;

const LABELS = { 'app.kubernetes.io/name': PROMETHEUS.name };
const METADATA = { name: PROMETHEUS.name, namespace: PROMETHEUS.namespace, labels: LABELS };
const CONFIG_MAP = 'prometheus-config';
const KUBELET_PORT = 10250;
/** The user `nobody` of the image. */
const USER = 65534;

/**
 * How long history is kept. Blocks span up to a tenth of the time and go only when all of a block is past it, so with eight days seven are
 * whole. The size comes first only when the volume would fill up: it leaves a fifth of it for the compaction of blocks.
 */
export const RETENTION = { time: '8d', size: '16GB', volume: '20Gi' } as const;

/** Both, so that a rate over two minutes has eight samples. */
const INTERVAL = '15s';

/** Prometheus without an operator: one replica with its history on the control plane's disk. */
export class PrometheusChart extends Chart {
  constructor(scope: Construct, id: string, settings: ClusterSettings) {
    super(scope, id);
    addAccess(this);
    new k8s.KubeConfigMap(this, 'config', {
      metadata: { ...METADATA, name: CONFIG_MAP },
      data: { 'prometheus.yml': prometheusYaml(settings) },
    });
    new k8s.KubeService(this, 'service', {
      metadata: METADATA,
      spec: {
        selector: LABELS,
        ports: [{ name: 'http', port: PROMETHEUS.port, targetPort: k8s.IntOrString.fromString('http') }],
      },
    });
    addStatefulSet(this);
    addNetworkPolicy(this);
  }
}

function prometheusYaml(settings: ClusterSettings): string {
  return stringify(
    {
      global: {
        scrape_interval: INTERVAL,
        evaluation_interval: INTERVAL,
        external_labels: { cluster: settings.name },
      },
      rule_files: ['/etc/prometheus/rules/*.yaml'],
      scrape_configs: SCRAPE_JOBS,
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** Finding nodes and pods, and reading the kubelets' metrics. */
function addAccess(chart: Chart): void {
  const cluster = { name: PROMETHEUS.name, labels: LABELS };
  new k8s.KubeServiceAccount(chart, 'account', { metadata: METADATA });
  new k8s.KubeClusterRole(chart, 'cluster-role', {
    metadata: cluster,
    rules: [
      { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['list', 'watch'] },
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
    ],
  });
  new k8s.KubeClusterRoleBinding(chart, 'cluster-role-binding', {
    metadata: cluster,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: PROMETHEUS.name },
    subjects: [{ kind: 'ServiceAccount', name: PROMETHEUS.name, namespace: PROMETHEUS.namespace }],
  });
}

function addStatefulSet(chart: Chart): void {
  new k8s.KubeStatefulSet(chart, 'stateful-set', {
    metadata: {
      ...METADATA,
      annotations: oneReplica(
        'Its history is on one volume; while it is away the autoscaler takes the load for unknown.',
      ),
    },
    spec: {
      serviceName: PROMETHEUS.name,
      replicas: 1,
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          ...ON_CONTROL_PLANE,
          // The autoscaler, which has it, must not push out what it decides by.
          priorityClassName: PRIORITY.fleet,
          serviceAccountName: PROMETHEUS.name,
          securityContext: restrictedPod(USER),
          // Time to write what is in memory; the log is replayed where it is cut short.
          terminationGracePeriodSeconds: 120,
          containers: [container()],
          volumes: [
            { name: 'config', configMap: { name: CONFIG_MAP } },
            { name: 'rules', configMap: { name: RULES_CONFIG_MAP } },
          ],
        },
      },
      // Kept when the StatefulSet goes: history is not in Git.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data', labels: LABELS },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'local-path',
            resources: { requests: { storage: k8s.Quantity.fromString(RETENTION.volume) } },
          },
        },
      ],
    },
  });
}

function container(): k8s.Container {
  return {
    name: PROMETHEUS.name,
    image: IMAGES.prometheus,
    args: [
      '--config.file=/etc/prometheus/config/prometheus.yml',
      // A changed ConfigMap is loaded without a restart, which would leave the autoscaler without answers while the log is replayed;
      // one that cannot be loaded leaves the one before in force and raises PrometheusConfigRejected.
      '--config.auto-reload',
      '--storage.tsdb.path=/prometheus',
      `--storage.tsdb.retention.time=${RETENTION.time}`,
      `--storage.tsdb.retention.size=${RETENTION.size}`,
      '--web.enable-lifecycle',
    ],
    ports: [{ name: 'http', containerPort: PROMETHEUS.port }],
    resources: resources('200m', '512Mi', '1Gi'),
    securityContext: RESTRICTED_CONTAINER,
    startupProbe: httpProbe('/-/ready', 'http', { periodSeconds: 5, failureThreshold: 120 }),
    readinessProbe: httpProbe('/-/ready', 'http', { periodSeconds: 5 }),
    livenessProbe: httpProbe('/-/healthy', 'http', {
      periodSeconds: 15,
      timeoutSeconds: 5,
      failureThreshold: 4,
    }),
    volumeMounts: [
      { name: 'config', mountPath: '/etc/prometheus/config', readOnly: true },
      { name: 'rules', mountPath: '/etc/prometheus/rules', readOnly: true },
      { name: 'data', mountPath: '/prometheus' },
    ],
  };
}

/** Asked by the autoscaler and Grafana alone. Goes to every pod that may be scraped, the machines' exporters and the API server. */
function addNetworkPolicy(chart: Chart): void {
  new k8s.KubeNetworkPolicy(chart, 'network-policy', {
    metadata: METADATA,
    spec: {
      podSelector: { matchLabels: LABELS },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [podsNamed('smartscale', NAMESPACES.smartscale), podsNamed('grafana', NAMESPACES.monitoring)],
          ports: tcp(PROMETHEUS.port),
        },
      ],
      egress: [
        { to: [{ namespaceSelector: {} }] },
        { ports: tcp(API_SERVER_PORT, NODE_EXPORTER_PORT, KUBELET_PORT) },
      ],
    },
  });
}
