import { type AlertCase, bucket, LEADS, ofLeader } from './alert-case.ts';

export const AUTOSCALER_ALERTS: readonly AlertCase[] = [
  {
    alert: 'AutoscalerDown',
    fires: {
      series: { 'up{job="smartscale",pod="a"}': '0+0x40' },
      at: '2m15s',
      summary: 'No replica of the autoscaler answers: the fleet neither grows nor shrinks.',
    },
    quiet: [
      {
        why: 'one of two answers',
        series: { 'up{job="smartscale",pod="a"}': '0+0x40', 'up{job="smartscale",pod="b"}': '1+0x40' },
        at: '5m',
      },
      {
        why: 'a restart of a minute',
        series: { 'up{job="smartscale",pod="a"}': '1+0x4 0+0x4 1+0x20' },
        at: '2m15s',
      },
    ],
  },
  {
    alert: 'AutoscalerLeaderless',
    fires: {
      series: { 'smartscale_leader{pod="a"}': '0+0x40', 'smartscale_leader{pod="b"}': '0+0x40' },
      at: '2m15s',
      summary: 'Replicas of the autoscaler run, and none of them holds the lease: nothing is decided.',
    },
    quiet: [{ why: 'one leads', series: LEADS, at: '5m' }],
  },
  {
    alert: 'AutoscalerTwoLeaders',
    fires: {
      series: { 'smartscale_leader{pod="a"}': '1+0x40', 'smartscale_leader{pod="b"}': '1+0x40' },
      at: '1m15s',
      summary: '2 replicas of the autoscaler believe that they lead.',
    },
    quiet: [
      { why: 'one leads', series: LEADS, at: '5m' },
      {
        why: 'a handover seen at two times',
        series: {
          'smartscale_leader{pod="a"}': '1+0x4 0+0x40',
          'smartscale_leader{pod="b"}': '0+0x3 1+0x40',
        },
        at: '2m',
      },
    ],
  },
  {
    alert: 'AutoscalerNotDeciding',
    fires: {
      series: { 'smartscale_decisions_total{pod="a",outcome="none"}': '0+1x20 20+0x80' },
      at: '18m',
      summary: 'The autoscaler runs and has decided nothing for ten minutes.',
    },
    quiet: [
      {
        why: 'decides every two minutes',
        series: {
          'smartscale_decisions_total{pod="a",outcome="none"}':
            '0+0x7 1+0x7 2+0x7 3+0x7 4+0x7 5+0x7 6+0x7 7+0x7 8+0x7 9+0x7',
        },
        at: '18m',
      },
    ],
  },
  {
    alert: 'ReconcileSlow',
    fires: {
      series: {
        [bucket('smartscale_reconcile_duration_seconds', '5')]: '0+0x120',
        [bucket('smartscale_reconcile_duration_seconds', '10')]: '0+1x120',
        [bucket('smartscale_reconcile_duration_seconds', '+Inf')]: '0+1x120',
      },
      at: '25m',
      summary: 'One in twenty decisions takes more than 9.8 s from snapshot to decision.',
    },
    quiet: [
      {
        why: 'all within five seconds',
        series: {
          [bucket('smartscale_reconcile_duration_seconds', '5')]: '0+1x120',
          [bucket('smartscale_reconcile_duration_seconds', '+Inf')]: '0+1x120',
        },
        at: '25m',
      },
    ],
  },
  {
    alert: 'PolicyRejected',
    fires: {
      series: ofLeader('smartscale_policy_valid', '1+0x4 0+0x40', '1+0x40'),
      at: '5m',
      summary: 'The newest policy in Git breaks a rule; the last good one stays in force.',
    },
    quiet: [
      {
        why: 'the standby has read none yet',
        series: ofLeader('smartscale_policy_valid', '1+0x40'),
        at: '5m',
      },
      {
        why: 'reverted within two minutes',
        series: ofLeader('smartscale_policy_valid', '1+0x4 0+0x8 1+0x40', '1+0x40'),
        at: '4m',
      },
    ],
  },
  {
    alert: 'PolicyNotSynced',
    fires: {
      series: { 'nodefleet_condition{namespace="smartscale",name="production",type="Synced"}': '0+0x40' },
      at: '3m15s',
      labels: { namespace: 'smartscale', name: 'production' },
      summary: 'NodeFleet production is not at the policy that Git holds.',
    },
    quiet: [
      {
        why: 'synced',
        series: { 'nodefleet_condition{namespace="smartscale",name="production",type="Synced"}': '1+0x40' },
        at: '5m',
      },
      {
        why: 'another condition',
        series: { 'nodefleet_condition{namespace="smartscale",name="production",type="Ready"}': '0+0x40' },
        at: '5m',
      },
    ],
  },
  {
    alert: 'TelemetryUnknown',
    fires: {
      series: ofLeader('smartscale_telemetry_unknown{signal="cpu"}', '1+0x40'),
      at: '5m15s',
      labels: { signal: 'cpu' },
      summary: 'The autoscaler does not know the cpu of the workers, so it does not shrink.',
    },
    quiet: [
      {
        why: 'a standby that led when it was unknown',
        series: ofLeader('smartscale_telemetry_unknown{signal="cpu"}', '0+0x40', '1+0x40'),
        at: '8m',
      },
    ],
  },
];
