import { ofLeader } from './of-leader.ts';

/** `critical`: a person is needed now; `warning`: within the day. */
export type Severity = 'critical' | 'warning';

export interface AlertRule {
  /** Also the heading in docs/monitoring.md that says what to do. */
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: Severity;
  /** One sentence with the facts; Prometheus fills in `$labels` and `$value`. */
  readonly summary: string;
}

const leaderSum = (selector: string): string => `sum(${ofLeader(selector)})`;

const AUTOSCALER: readonly AlertRule[] = [
  {
    alert: 'AutoscalerDown',
    expr: 'absent(up{job="smartscale"} == 1)',
    for: '2m',
    severity: 'critical',
    summary: 'No replica of the autoscaler answers: the fleet neither grows nor shrinks.',
  },
  {
    alert: 'AutoscalerLeaderless',
    expr: 'sum(smartscale_leader) == 0',
    for: '2m',
    severity: 'critical',
    summary: 'Replicas of the autoscaler run, and none of them holds the lease: nothing is decided.',
  },
  {
    alert: 'AutoscalerTwoLeaders',
    expr: 'sum(smartscale_leader) > 1',
    for: '1m',
    severity: 'critical',
    summary: '{{ $value }} replicas of the autoscaler believe that they lead.',
  },
  {
    alert: 'AutoscalerNotDeciding',
    expr: 'sum(increase(smartscale_decisions_total[10m])) == 0',
    for: '1m',
    severity: 'critical',
    summary: 'The autoscaler runs and has decided nothing for ten minutes.',
  },
  {
    alert: 'ReconcileSlow',
    expr: 'histogram_quantile(0.95, sum by (le) (rate(smartscale_reconcile_duration_seconds_bucket[10m]))) > 5',
    for: '10m',
    severity: 'warning',
    summary:
      'One in twenty decisions takes more than {{ $value | printf "%.1f" }} s from snapshot to decision.',
  },
  {
    alert: 'PolicyRejected',
    expr: `${leaderSum('smartscale_policy_valid')} == 0`,
    for: '3m',
    severity: 'warning',
    summary: 'The newest policy in Git breaks a rule; the last good one stays in force.',
  },
  {
    alert: 'PolicyNotSynced',
    expr: 'max by (namespace, name) (nodefleet_condition{type="Synced"}) == 0',
    for: '3m',
    severity: 'warning',
    summary: 'NodeFleet {{ $labels.name }} is not at the policy that Git holds.',
  },
  {
    alert: 'TelemetryUnknown',
    expr: `max by (signal) ${ofLeader('smartscale_telemetry_unknown')} == 1`,
    for: '5m',
    severity: 'warning',
    summary: 'The autoscaler does not know the {{ $labels.signal }} of the workers, so it does not shrink.',
  },
];

const MAXIMUM = leaderSum('smartscale_nodes_bound{bound="max"}');

const FLEET: readonly AlertRule[] = [
  {
    alert: 'FleetAtMaximum',
    // A fleet of a fixed size is always at its maximum.
    expr: `${leaderSum('smartscale_nodes_current')} >= ${MAXIMUM} and ${MAXIMUM} > ${leaderSum('smartscale_nodes_bound{bound="min"}')}`,
    for: '10m',
    severity: 'critical',
    summary: 'The fleet has {{ $value }} workers, as many as the policy allows.',
  },
  {
    alert: 'LaunchesFailing',
    expr: 'sum(increase(smartscale_launches_total{outcome="failed"}[15m])) >= 3',
    for: '0s',
    severity: 'critical',
    summary: '{{ $value | printf "%.0f" }} launches failed within 15 minutes.',
  },
  {
    alert: 'RemovalsAborted',
    expr: 'sum(increase(smartscale_removals_total{outcome="aborted"}[1h])) >= 3',
    for: '0s',
    severity: 'warning',
    summary: '{{ $value | printf "%.0f" }} removals of nodes were given up within an hour.',
  },
  {
    alert: 'NodesJoinSlowly',
    expr: 'histogram_quantile(0.95, sum by (le) (increase(smartscale_node_join_seconds_bucket[1h]))) > 180',
    for: '0s',
    severity: 'warning',
    summary:
      'Of the last hour, the slowest workers needed {{ $value | printf "%.0f" }} s from launch to ready.',
  },
  {
    alert: 'PodsUnschedulable',
    expr: `${leaderSum('smartscale_pods_pending')} > 0`,
    for: '6m',
    severity: 'warning',
    summary: '{{ $value }} pods cannot be scheduled, and no node has been added for them.',
  },
  {
    alert: 'FleetCpuHigh',
    expr: 'fleet:cpu_used:percent > 90',
    for: '5m',
    severity: 'critical',
    summary: 'The workers use {{ $value | printf "%.0f" }} % of their CPU.',
  },
  {
    alert: 'FleetMemoryHigh',
    expr: 'fleet:memory_used:percent > 80',
    for: '10m',
    severity: 'warning',
    summary: 'The workers use {{ $value | printf "%.0f" }} % of their memory.',
  },
  {
    alert: 'CostIncomplete',
    expr: `${leaderSum('smartscale_instances_unpriced')} > 0`,
    for: '30m',
    severity: 'warning',
    summary: 'The price of {{ $value }} instances is unknown: the hourly cost is too low.',
  },
];

/** Nodes that the autoscaler has not admitted: they boot, under its own deadline, or wait stopped in the warm pool. */
const NO_WORKER_YET = 'kube_node_spec_taint{key="smartscale.dev/startup"}';

const NODES: readonly AlertRule[] = [
  {
    alert: 'NodeNotReady',
    expr: `kube_node_status_condition{condition="Ready",status="true"} == 0 unless on (node) ${NO_WORKER_YET}`,
    for: '5m',
    severity: 'critical',
    summary: 'Node {{ $labels.node }} is not ready.',
  },
  {
    alert: 'NodeExporterDown',
    expr: `up{job="node-exporter"} == 0 unless on (node) ${NO_WORKER_YET}`,
    for: '5m',
    severity: 'warning',
    summary: 'Node {{ $labels.node }} is not measured.',
  },
  {
    alert: 'NodeDiskFull',
    expr: 'node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"} < 0.1',
    for: '5m',
    severity: 'critical',
    summary: 'The disk of {{ $labels.node }} has {{ $value | humanizePercentage }} left.',
  },
  {
    alert: 'NodeDiskFillsUp',
    // Half full already: a machine that has just booted fills fast and then stops.
    expr: 'predict_linear(node_filesystem_avail_bytes{mountpoint="/"}[6h], 86400) < 0 and node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"} < 0.5',
    for: '30m',
    severity: 'warning',
    summary: 'The disk of {{ $labels.node }} will be full within a day, as it filled in the last six hours.',
  },
];

const DELIVERY: readonly AlertRule[] = [
  {
    alert: 'FluxNotReady',
    expr: 'max by (kind, namespace, name) (gotk_resource_info{ready="False"}) == 1',
    for: '5m',
    severity: 'warning',
    summary: '{{ $labels.kind }} {{ $labels.name }} is not ready: what Git says is not in the cluster.',
  },
  {
    alert: 'FluxSuspended',
    expr: 'max by (kind, namespace, name) (gotk_resource_info{suspended="true"}) == 1',
    for: '1h',
    severity: 'warning',
    summary: '{{ $labels.kind }} {{ $labels.name }} is suspended: a revert would not arrive.',
  },
];

const MONITORING: readonly AlertRule[] = [
  {
    alert: 'KubeStateMetricsDown',
    expr: 'absent(up{job="kube-state-metrics"} == 1)',
    for: '5m',
    severity: 'warning',
    summary: 'kube-state-metrics does not answer: node and Flux alerts are blind.',
  },
  {
    alert: 'PrometheusConfigRejected',
    expr: 'prometheus_config_last_reload_successful == 0',
    for: '5m',
    severity: 'warning',
    summary: 'Prometheus could not load its newest configuration and keeps the one before.',
  },
  {
    alert: 'PrometheusRulesFailing',
    expr: 'increase(prometheus_rule_evaluation_failures_total[5m]) > 0',
    for: '10m',
    severity: 'warning',
    summary: 'Rules of group {{ $labels.rule_group }} cannot be evaluated.',
  },
  {
    alert: 'PrometheusHistoryCut',
    expr: 'increase(prometheus_tsdb_size_retentions_total[1d]) > 0',
    for: '0s',
    severity: 'warning',
    summary: 'The volume was full before its time: less than seven whole days of history are held.',
  },
];

/** Metrics that the demo app and many others have, of any pod that asks to be scraped; the limits at which the original grew its fleet. */
const APPLICATIONS: readonly AlertRule[] = [
  {
    alert: 'AppErrors',
    expr: 'sum by (app) (rate(http_requests_total{status=~"5.."}[2m])) / sum by (app) (rate(http_requests_total[2m])) > 0.05',
    for: '2m',
    severity: 'critical',
    summary: '{{ $labels.app }} answers {{ $value | humanizePercentage }} of its requests with an error.',
  },
  {
    alert: 'AppSlow',
    expr: 'histogram_quantile(0.95, sum by (app, le) (rate(http_request_duration_seconds_bucket[2m]))) > 2',
    for: '2m',
    severity: 'warning',
    summary: 'One in twenty requests of {{ $labels.app }} takes more than {{ $value | printf "%.1f" }} s.',
  },
  {
    alert: 'AppQueueLong',
    expr: 'sum by (app) (app_queue_depth) > 1000',
    for: '2m',
    severity: 'warning',
    summary: '{{ $value }} items wait in the queue of {{ $labels.app }}.',
  },
];

/** Every alert by its group; each group is evaluated in order, groups side by side. */
export const ALERT_RULES: Readonly<Record<string, readonly AlertRule[]>> = {
  autoscaler: AUTOSCALER,
  fleet: FLEET,
  nodes: NODES,
  applications: APPLICATIONS,
  delivery: DELIVERY,
  monitoring: MONITORING,
};
