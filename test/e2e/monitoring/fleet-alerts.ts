import { type AlertCase, bucket, ofLeader, type Series } from './alert-case.ts';

export const FLEET_ALERTS: readonly AlertCase[] = [
  {
    alert: 'FleetAtMaximum',
    fires: {
      series: fleet({ now: 10, min: 2, max: 10 }),
      at: '10m15s',
      summary: 'The fleet has 10 workers, as many as the policy allows.',
    },
    quiet: [
      { why: 'one below, whatever a standby saw', series: fleet({ now: 9, min: 2, max: 10 }), at: '15m' },
      { why: 'a fleet of a fixed size', series: fleet({ now: 4, min: 4, max: 4 }), at: '15m' },
    ],
  },
  {
    alert: 'LaunchesFailing',
    fires: {
      series: { 'smartscale_launches_total{pod="a",outcome="failed"}': '0+0x10 1+0x10 2+0x10 3+0x40' },
      at: '14m',
      summary: '3 launches failed within 15 minutes.',
    },
    quiet: [
      {
        why: 'two failures',
        series: { 'smartscale_launches_total{pod="a",outcome="failed"}': '0+0x10 1+0x10 2+0x40' },
        at: '14m',
      },
      {
        why: 'launches that succeed',
        series: { 'smartscale_launches_total{pod="a",outcome="ready"}': '0+1x60' },
        at: '14m',
      },
      {
        why: 'a new process whose counter begins again',
        series: { 'smartscale_launches_total{pod="a",outcome="failed"}': '5+0x20 0+0x40' },
        at: '14m',
      },
    ],
  },
  {
    alert: 'RemovalsAborted',
    fires: {
      series: { 'smartscale_removals_total{pod="a",outcome="aborted"}': '0+0x40 1+0x40 2+0x40 3+0x120' },
      at: '55m',
      summary: '3 removals of nodes were given up within an hour.',
    },
    quiet: [
      {
        why: 'two',
        series: { 'smartscale_removals_total{pod="a",outcome="aborted"}': '0+0x40 1+0x40 2+0x160' },
        at: '55m',
      },
    ],
  },
  {
    alert: 'NodesJoinSlowly',
    fires: {
      series: {
        [bucket('smartscale_node_join_seconds', '180')]: '0+0x240',
        [bucket('smartscale_node_join_seconds', '240')]: '0+0x40 1+0x200',
        [bucket('smartscale_node_join_seconds', '+Inf')]: '0+0x40 1+0x200',
      },
      at: '50m',
      summary: 'Of the last hour, the slowest workers needed 237 s from launch to ready.',
    },
    quiet: [
      {
        why: 'all within three minutes',
        series: {
          [bucket('smartscale_node_join_seconds', '180')]: '0+0x40 1+0x200',
          [bucket('smartscale_node_join_seconds', '+Inf')]: '0+0x40 1+0x200',
        },
        at: '50m',
      },
      {
        why: 'nothing joined',
        series: { [bucket('smartscale_node_join_seconds', '+Inf')]: '0+0x240' },
        at: '50m',
      },
    ],
  },
  {
    alert: 'PodsUnschedulable',
    fires: {
      series: ofLeader('smartscale_pods_pending', '3+0x60'),
      at: '6m15s',
      summary: '3 pods cannot be scheduled, and no node has been added for them.',
    },
    quiet: [
      {
        why: 'placed within three minutes',
        series: ofLeader('smartscale_pods_pending', '3+0x12 0+0x60'),
        at: '6m15s',
      },
      {
        why: 'what a standby saw when it led',
        series: ofLeader('smartscale_pods_pending', '0+0x60', '3+0x60'),
        at: '10m',
      },
    ],
  },
  {
    alert: 'FleetCpuHigh',
    fires: {
      series: worker({ idle: '0+1.4x80', user: '0+13.6x80' }),
      at: '12m',
      summary: 'The workers use 91 % of their CPU.',
    },
    quiet: [
      { why: 'at 80 %', series: worker({ idle: '0+3x80', user: '0+12x80' }), at: '12m' },
      {
        why: 'the control plane alone',
        series: worker({ idle: '0+0x80', user: '0+15x80' }, 'control-plane'),
        at: '12m',
      },
    ],
  },
  {
    alert: 'FleetMemoryHigh',
    fires: {
      series: memory('15+0x80', '100+0x80'),
      at: '12m',
      summary: 'The workers use 85 % of their memory.',
    },
    quiet: [{ why: 'at 79 %', series: memory('21+0x80', '100+0x80'), at: '12m' }],
  },
  {
    alert: 'CostIncomplete',
    fires: {
      series: ofLeader('smartscale_instances_unpriced', '2+0x200'),
      at: '30m15s',
      summary: 'The price of 2 instances is unknown: the hourly cost is too low.',
    },
    quiet: [
      {
        why: 'all have a price',
        series: ofLeader('smartscale_instances_unpriced', '0+0x200', '2+0x200'),
        at: '40m',
      },
    ],
  },
];

function worker(modes: Readonly<Record<string, string>>, role = 'worker'): Series {
  return Object.fromEntries(
    Object.entries(modes).map(([mode, values]) => [
      `node_cpu_seconds_total{node="i-1",role="${role}",cpu="0",mode="${mode}"}`,
      values,
    ]),
  );
}

function memory(available: string, total: string): Series {
  return {
    'node_memory_MemAvailable_bytes{node="i-1",role="worker"}': available,
    'node_memory_MemTotal_bytes{node="i-1",role="worker"}': total,
  };
}

/** The leader's workers and bounds; a standby that led when there were more. */
function fleet({ now, min, max }: Readonly<Record<'now' | 'min' | 'max', number>>): Series {
  return {
    ...ofLeader('smartscale_nodes_current', `${now}+0x80`, '10+0x80'),
    ...ofLeader('smartscale_nodes_bound{bound="min"}', `${min}+0x80`),
    ...ofLeader('smartscale_nodes_bound{bound="max"}', `${max}+0x80`, '10+0x80'),
  };
}
