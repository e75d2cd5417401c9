import { DISK_DEVICES, NETWORK_DEVICES, RATE_SECONDS } from '../src/adapters/prometheus/node-queries.ts';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

const BY_NODE = 'by (node, zone, instance_type, lifecycle, role)';
const WORKERS = '{role="worker"}';

function rateByNode(metric: string, where = ''): string {
  return `sum ${BY_NODE} (rate(${metric}{${where}}[${RATE_SECONDS}s]))`;
}

/**
 * What the autoscaler decides by, as series that dashboards and alerts share. It asks for the same figures itself, of the ready workers by name
 * (src/adapters/prometheus/node-queries.ts): a broken rule here changes no decision.
 */
export const RECORDING_RULES: readonly RecordingRule[] = [
  {
    // Idle as a share of all modes: the mean of the busy modes would read 14 % on a machine that is fully busy.
    record: 'node:cpu_used:percent',
    expr: `100 * (1 - ${rateByNode('node_cpu_seconds_total', 'mode="idle"')} / (${rateByNode('node_cpu_seconds_total')} > 0))`,
  },
  {
    record: 'node:memory_used:percent',
    expr: `avg ${BY_NODE} (100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes))`,
  },
  {
    record: 'node:network:bytes_per_second',
    expr: `${rateByNode('node_network_receive_bytes_total', NETWORK_DEVICES)} + ${rateByNode('node_network_transmit_bytes_total', NETWORK_DEVICES)}`,
  },
  {
    record: 'node:disk:bytes_per_second',
    expr: `${rateByNode('node_disk_read_bytes_total', DISK_DEVICES)} + ${rateByNode('node_disk_written_bytes_total', DISK_DEVICES)}`,
  },
  { record: 'fleet:cpu_used:percent', expr: `avg(node:cpu_used:percent${WORKERS})` },
  { record: 'fleet:memory_used:percent', expr: `avg(node:memory_used:percent${WORKERS})` },
];
