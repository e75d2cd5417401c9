import { NAMESPACES } from './namespaces.ts';
import { NODE_EXPORTER_PORT } from './node-exporter.ts';

/** One entry of Prometheus's `scrape_configs`; only what we use of it. */
export interface ScrapeJob {
  readonly job_name: string;
  readonly [setting: string]: unknown;
}

/** A pod's own API access, which Prometheus uses for the kubelets, too. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What is kept of node_exporter: the autoscaler's inputs, and what alerts and dashboards show of a machine. */
export const NODE_EXPORTER_METRICS = [
  'node_cpu_seconds_total',
  'node_disk_read_bytes_total',
  'node_disk_written_bytes_total',
  'node_filesystem_avail_bytes',
  'node_filesystem_size_bytes',
  'node_load1',
  'node_memory_MemAvailable_bytes',
  'node_memory_MemTotal_bytes',
  'node_network_receive_bytes_total',
  'node_network_transmit_bytes_total',
] as const;

/**
 * What is kept of the kubelets. K3s is one process: its kubelet's port answers with the series of the API server and the scheduler, too,
 * tens of thousands of them on each server.
 */
export const KUBELET_METRICS = {
  resource: ['pod_cpu_usage_seconds_total', 'pod_memory_working_set_bytes'],
  cadvisor: ['container_cpu_cfs_periods_total', 'container_cpu_cfs_throttled_periods_total'],
} as const;

/** What is kept of Prometheus itself: whether its configuration is in force and its history whole. */
export const PROMETHEUS_METRICS = [
  'prometheus_config_last_reload_successful',
  'prometheus_rule_evaluation_failures_total',
  'prometheus_tsdb_head_series',
  'prometheus_tsdb_size_retentions_total',
  'prometheus_tsdb_storage_blocks_bytes',
  'prometheus_tsdb_wal_storage_size_bytes',
] as const;

/** Labels that each series of a node carries, so that no query needs a join with another exporter that may be missing. */
const NODE_LABELS = [
  copy('__meta_kubernetes_node_name', 'node'),
  copy('__meta_kubernetes_node_label_topology_kubernetes_io_zone', 'zone'),
  copy('__meta_kubernetes_node_label_node_kubernetes_io_instance_type', 'instance_type'),
  copy('__meta_kubernetes_node_label_smartscale_dev_lifecycle', 'lifecycle'),
  { target_label: 'role', replacement: 'worker' },
  ...['control_plane', 'master'].map((role) => ({
    source_labels: [`__meta_kubernetes_node_labelpresent_node_role_kubernetes_io_${role}`],
    regex: 'true',
    target_label: 'role',
    replacement: 'control-plane',
  })),
];

/** A pod that has ended keeps its address for a while, and nobody answers there. */
const RUNNING = { source_labels: ['__meta_kubernetes_pod_phase'], regex: 'Succeeded|Failed', action: 'drop' };

const POD_LABELS = [
  copy('__meta_kubernetes_namespace', 'namespace'),
  copy('__meta_kubernetes_pod_name', 'pod'),
];

/** Everything that is scraped. Each machine has one exporter job only: a second one would double the sums over it. */
export const SCRAPE_JOBS: readonly ScrapeJob[] = [
  {
    job_name: 'node-exporter',
    kubernetes_sd_configs: [{ role: 'node' }],
    relabel_configs: [
      {
        source_labels: ['__meta_kubernetes_node_address_InternalIP'],
        target_label: '__address__',
        replacement: `$1:${NODE_EXPORTER_PORT}`,
      },
      ...NODE_LABELS,
    ],
    metric_relabel_configs: [keepOnly(NODE_EXPORTER_METRICS)],
  },
  kubeletJob('kubelet-resource', '/metrics/resource', KUBELET_METRICS.resource),
  kubeletJob('kubelet-cadvisor', '/metrics/cadvisor', KUBELET_METRICS.cadvisor),
  {
    job_name: 'kube-state-metrics',
    // Its labels name the objects that a series speaks of, not the pod that tells it.
    honor_labels: true,
    kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [NAMESPACES.monitoring] } }],
    relabel_configs: [RUNNING, keepPods('kube-state-metrics', 'http')],
  },
  {
    job_name: 'smartscale',
    kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [NAMESPACES.smartscale] } }],
    relabel_configs: [RUNNING, keepPods('smartscale', 'http'), ...POD_LABELS],
  },
  {
    job_name: 'prometheus',
    static_configs: [{ targets: ['localhost:9090'] }],
    metric_relabel_configs: [keepOnly(PROMETHEUS_METRICS)],
  },
  annotatedPods(),
];

/** Pods of any namespace that ask for it by `prometheus.io/scrape: "true"`, with `prometheus.io/port` and `prometheus.io/path`. */
function annotatedPods(): ScrapeJob {
  const annotation = '__meta_kubernetes_pod_annotation_prometheus_io';
  return {
    job_name: 'pods',
    kubernetes_sd_configs: [{ role: 'pod' }],
    // A pod with more than that is not scraped at all: it would push out the history that decisions are checked against.
    sample_limit: 5_000,
    relabel_configs: [
      RUNNING,
      { source_labels: [`${annotation}_scrape`], regex: 'true', action: 'keep' },
      // A pod has a target for each of its ports; with the annotated port put in they are the same, and Prometheus merges them.
      {
        source_labels: ['__meta_kubernetes_pod_ip', `${annotation}_port`],
        regex: '(.+);([0-9]+)',
        target_label: '__address__',
        replacement: '$1:$2',
      },
      { source_labels: [`${annotation}_path`], regex: '(.+)', target_label: '__metrics_path__' },
      copy('__meta_kubernetes_pod_label_app_kubernetes_io_name', 'app'),
      ...POD_LABELS,
    ],
    // Somebody's own node_exporter must not be a second voice on a machine.
    metric_relabel_configs: [{ source_labels: ['__name__'], regex: 'node_.+', action: 'drop' }],
  };
}

function kubeletJob(name: string, path: string, metrics: readonly string[]): ScrapeJob {
  return {
    job_name: name,
    scheme: 'https',
    metrics_path: path,
    tls_config: { ca_file: `${SERVICE_ACCOUNT}/ca.crt` },
    authorization: { credentials_file: `${SERVICE_ACCOUNT}/token` },
    kubernetes_sd_configs: [{ role: 'node' }],
    relabel_configs: NODE_LABELS,
    metric_relabel_configs: [keepOnly(metrics)],
  };
}

function copy(from: string, to: string): Readonly<Record<string, unknown>> {
  return { source_labels: [from], target_label: to };
}

function keepOnly(metrics: readonly string[]): Readonly<Record<string, unknown>> {
  return { source_labels: ['__name__'], regex: metrics.join('|'), action: 'keep' };
}

/** The pods of an app, by the port with this name. */
function keepPods(app: string, port: string): Readonly<Record<string, unknown>> {
  return {
    source_labels: [
      '__meta_kubernetes_pod_label_app_kubernetes_io_name',
      '__meta_kubernetes_pod_container_port_name',
    ],
    regex: `${app};${port}`,
    action: 'keep',
  };
}
