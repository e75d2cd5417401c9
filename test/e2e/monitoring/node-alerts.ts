import type { AlertCase } from './alert-case.ts';

const DISK = 'mountpoint="/",node="i-1"';

export const NODE_ALERTS: readonly AlertCase[] = [
  {
    alert: 'NodeNotReady',
    fires: {
      series: { 'kube_node_status_condition{node="i-1",condition="Ready",status="true"}': '1+0x4 0+0x60' },
      at: '7m',
      labels: { node: 'i-1', condition: 'Ready', status: 'true' },
      summary: 'Node i-1 is not ready.',
    },
    quiet: [
      {
        why: 'ready',
        series: { 'kube_node_status_condition{node="i-1",condition="Ready",status="true"}': '1+0x60' },
        at: '7m',
      },
      {
        why: 'boots',
        series: { 'kube_node_status_condition{node="i-1",condition="Ready",status="true"}': '0+0x8 1+0x60' },
        at: '7m',
      },
      {
        why: 'removed',
        series: { 'kube_node_status_condition{node="i-1",condition="Ready",status="true"}': '0+0x8 stale' },
        at: '7m',
      },
      {
        why: 'stopped in the warm pool',
        series: {
          'kube_node_status_condition{node="i-1",condition="Ready",status="true"}': '0+0x60',
          'kube_node_spec_taint{node="i-1",key="smartscale.dev/startup",effect="NoSchedule"}': '1+0x60',
        },
        at: '7m',
      },
    ],
  },
  {
    alert: 'NodeExporterDown',
    fires: {
      series: { 'up{job="node-exporter",node="i-1",role="worker"}': '0+0x60' },
      at: '5m15s',
      labels: { job: 'node-exporter', node: 'i-1', role: 'worker' },
      summary: 'Node i-1 is not measured.',
    },
    quiet: [
      { why: 'the kubelet alone', series: { 'up{job="kubelet-resource",node="i-1"}': '0+0x60' }, at: '6m' },
      {
        why: 'stopped in the warm pool',
        series: {
          'up{job="node-exporter",node="i-1",role="worker"}': '0+0x60',
          'kube_node_spec_taint{node="i-1",key="smartscale.dev/startup",effect="NoSchedule"}': '1+0x60',
        },
        at: '7m',
      },
    ],
  },
  {
    alert: 'NodeDiskFull',
    fires: {
      series: {
        [`node_filesystem_avail_bytes{${DISK}}`]: '9+0x60',
        [`node_filesystem_size_bytes{${DISK}}`]: '100+0x60',
      },
      at: '5m15s',
      labels: { mountpoint: '/', node: 'i-1' },
      summary: 'The disk of i-1 has 9% left.',
    },
    quiet: [
      {
        why: 'a fifth is free',
        series: {
          [`node_filesystem_avail_bytes{${DISK}}`]: '20+0x60',
          [`node_filesystem_size_bytes{${DISK}}`]: '100+0x60',
        },
        at: '8m',
      },
    ],
  },
  {
    alert: 'NodeDiskFillsUp',
    every: '1m',
    fires: {
      series: {
        [`node_filesystem_avail_bytes{${DISK}}`]: '4000-4x400',
        [`node_filesystem_size_bytes{${DISK}}`]: '10000+0x400',
      },
      at: '6h30m',
      labels: { mountpoint: '/', node: 'i-1' },
      summary: 'The disk of i-1 will be full within a day, as it filled in the last six hours.',
    },
    quiet: [
      {
        why: 'it fills, and is nearly empty',
        series: {
          [`node_filesystem_avail_bytes{${DISK}}`]: '9000-4x400',
          [`node_filesystem_size_bytes{${DISK}}`]: '10000+0x400',
        },
        at: '6h30m',
      },
      {
        why: 'half full and steady',
        series: {
          [`node_filesystem_avail_bytes{${DISK}}`]: '4000+0x400',
          [`node_filesystem_size_bytes{${DISK}}`]: '10000+0x400',
        },
        at: '6h30m',
      },
    ],
  },
];
