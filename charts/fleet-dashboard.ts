import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { bars, dashboardOf, figure, lines, rows, stacked } from './dashboard-panels.ts';
import { ofLeader } from './of-leader.ts';

const leader = (selector: string): string => `sum(${ofLeader(selector)})`;
const RATE = '$__rate_interval';
/** What happened in each step of the graph. */
const happened = (by: string, counter: string): string => `sum by (${by}) (increase(${counter}[${RATE}]))`;
const join = (quantile: number): string =>
  `histogram_quantile(${quantile}, sum by (le) (increase(smartscale_node_join_seconds_bucket[1h])))`;

const YES_OR_NO: ValueMapping = {
  type: MappingType.ValueToText,
  options: { '0': { text: 'no' }, '1': { text: 'yes' } },
};

/** What the workers use, what the autoscaler saw of it, and where the policy grows and shrinks the fleet. */
function againstPolicy(title: string, resource: 'cpu' | 'memory') {
  return lines(title, 'percent', [
    ['used', `fleet:${resource}_used:percent`],
    ['decided by', leader(`smartscale_utilization_percent{resource="${resource}"}`)],
    [
      '{{direction}}',
      `max by (direction) ${ofLeader(`smartscale_threshold_percent{resource="${resource}"}`)}`,
    ],
  ]).max(100);
}

/** How large the fleet is, why, and by whose policy. */
export const FLEET_DASHBOARD = dashboardOf(
  { uid: 'smartscale-fleet', title: 'Fleet' },
  {
    Now: [
      figure('Workers', 'none', leader('smartscale_nodes_current')),
      figure('Workers wanted', 'none', leader('smartscale_nodes_desired')),
      figure('Cost per hour', 'currencyUSD', leader('smartscale_cost_usd_per_hour')).decimals(3),
      figure('Pending pods', 'none', leader('smartscale_pods_pending'), [
        [null, 'green'],
        [1, 'yellow'],
        [5, 'red'],
      ]),
      figure('Newest policy in force', 'none', leader('smartscale_policy_valid'), [
        [null, 'red'],
        [1, 'green'],
      ]).mappings([YES_OR_NO]),
      figure('Alerts', 'none', 'count(ALERTS{alertstate="firing"}) or vector(0)', [
        [null, 'green'],
        [1, 'red'],
      ]),
    ],
    Fleet: [
      lines('Workers within their bounds', 'none', [
        ['now', leader('smartscale_nodes_current')],
        ['wanted', leader('smartscale_nodes_desired')],
        ['{{bound}}', `max by (bound) ${ofLeader('smartscale_nodes_bound')}`],
      ]),
      stacked(
        lines('Instances by zone and lifecycle', 'none', [
          ['{{zone}} {{lifecycle}}', `max by (zone, lifecycle) ${ofLeader('smartscale_instances')}`],
        ]),
      ),
      lines('Cost per hour', 'currencyUSD', [['cost', leader('smartscale_cost_usd_per_hour')]]),
      rows('Policy in force', [['', `max by (digest, revision) ${ofLeader('smartscale_policy_info')}`]]),
    ],
    Load: [
      againstPolicy('CPU of the workers against the policy', 'cpu'),
      againstPolicy('Memory of the workers against the policy', 'memory'),
      lines('CPU by zone and lifecycle', 'percent', [
        ['{{zone}} {{lifecycle}}', 'avg by (zone, lifecycle) (node:cpu_used:percent{role="worker"})'],
      ]).max(100),
      lines('Network and disk of the workers', 'Bps', [
        ['network', 'sum(node:network:bytes_per_second{role="worker"})'],
        ['disk', 'sum(node:disk:bytes_per_second{role="worker"})'],
      ]),
      rows('Nodes', [
        ['', 'node:cpu_used:percent'],
        ['', 'node:memory_used:percent'],
      ]),
      lines('Pods that cannot be scheduled', 'none', [['pods', leader('smartscale_pods_pending')]]),
    ],
    Decisions: [
      bars('Decisions by outcome', 'none', [
        ['{{outcome}}', happened('outcome', 'smartscale_decisions_total')],
      ]),
      bars('Wanted and refused', 'none', [
        ['{{what}}: {{code}}', happened('what, code', 'smartscale_refusals_total')],
      ]),
      lines('From snapshot to decision', 's', [
        [
          'slowest of twenty',
          `histogram_quantile(0.95, sum by (le) (rate(smartscale_reconcile_duration_seconds_bucket[${RATE}])))`,
        ],
      ]),
      lines('Signals that are unknown', 'none', [
        ['{{signal}}', `max by (signal) ${ofLeader('smartscale_telemetry_unknown')}`],
      ]),
    ],
    'Launches and removals': [
      bars('Launches and removals that ended', 'none', [
        ['launch {{outcome}}', happened('outcome', 'smartscale_launches_total')],
        ['removal {{outcome}}', happened('outcome', 'smartscale_removals_total')],
      ]),
      lines('From launch to ready, last hour', 's', [
        ['half of them', join(0.5)],
        ['slowest of twenty', join(0.95)],
      ]),
      bars('Refusals by EC2', 'none', [['{{class}}', happened('class', 'smartscale_launch_faults_total')]]),
      rows('Alerts', [['', 'ALERTS']]),
    ],
  },
);
