import type { AlertCase } from './alert-case.ts';

/** Flux and the monitoring itself. */
export const PLATFORM_ALERTS: readonly AlertCase[] = [
  {
    alert: 'FluxNotReady',
    fires: {
      series: {
        'gotk_resource_info{kind="Kustomization",namespace="flux-system",name="policy",ready="False",revision="a"}':
          '1+0x10 stale',
        'gotk_resource_info{kind="Kustomization",namespace="flux-system",name="policy",ready="False",revision="b"}':
          '_x11 1+0x60',
      },
      at: '6m',
      labels: { kind: 'Kustomization', namespace: 'flux-system', name: 'policy' },
      summary: 'Kustomization policy is not ready: what Git says is not in the cluster.',
    },
    quiet: [
      {
        why: 'ready',
        series: {
          'gotk_resource_info{kind="Kustomization",namespace="flux-system",name="policy",ready="True"}':
            '1+0x60',
        },
        at: '6m',
      },
      {
        why: 'at work',
        series: {
          'gotk_resource_info{kind="Kustomization",namespace="flux-system",name="policy",ready="Unknown"}':
            '1+0x60',
        },
        at: '6m',
      },
    ],
  },
  {
    alert: 'FluxSuspended',
    fires: {
      series: {
        'gotk_resource_info{kind="GitRepository",namespace="flux-system",name="smartscale",suspended="true"}':
          '1+0x300',
      },
      at: '1h1m',
      labels: { kind: 'GitRepository', namespace: 'flux-system', name: 'smartscale' },
      summary: 'GitRepository smartscale is suspended: a revert would not arrive.',
    },
    quiet: [
      {
        why: 'half an hour',
        series: {
          'gotk_resource_info{kind="GitRepository",namespace="flux-system",name="smartscale",suspended="true"}':
            '1+0x120 stale',
        },
        at: '1h1m',
      },
      {
        why: 'in use',
        series: {
          'gotk_resource_info{kind="GitRepository",namespace="flux-system",name="smartscale",suspended="false"}':
            '1+0x300',
        },
        at: '1h1m',
      },
    ],
  },
  {
    alert: 'KubeStateMetricsDown',
    fires: {
      series: { 'up{job="kube-state-metrics"}': '0+0x40' },
      at: '5m15s',
      summary: 'kube-state-metrics does not answer: node and Flux alerts are blind.',
    },
    quiet: [{ why: 'it answers', series: { 'up{job="kube-state-metrics"}': '1+0x40' }, at: '6m' }],
  },
  {
    alert: 'PrometheusConfigRejected',
    fires: {
      series: { prometheus_config_last_reload_successful: '1+0x4 0+0x40' },
      at: '7m',
      summary: 'Prometheus could not load its newest configuration and keeps the one before.',
    },
    quiet: [{ why: 'loaded', series: { prometheus_config_last_reload_successful: '1+0x40' }, at: '7m' }],
  },
  {
    alert: 'PrometheusRulesFailing',
    fires: {
      series: { 'prometheus_rule_evaluation_failures_total{rule_group="fleet"}': '0+1x120' },
      at: '12m',
      labels: { rule_group: 'fleet' },
      summary: 'Rules of group fleet cannot be evaluated.',
    },
    quiet: [
      {
        why: 'one failure long ago',
        series: { 'prometheus_rule_evaluation_failures_total{rule_group="fleet"}': '0+0x4 1+0x120' },
        at: '20m',
      },
    ],
  },
  {
    alert: 'PrometheusHistoryCut',
    fires: {
      series: { prometheus_tsdb_size_retentions_total: '0+0x40 1+0x80' },
      at: '20m',
      summary: 'The volume was full before its time: less than seven whole days of history are held.',
    },
    quiet: [
      {
        why: 'blocks go by age alone',
        series: { prometheus_tsdb_size_retentions_total: '0+0x120' },
        at: '20m',
      },
    ],
  },
];
