/** How the series of a node are told apart: the label that names it and the nodes that are asked for. */
export interface NodeSelection {
  /** `node` as a relabelling sets it, or `instance`, whose value may end in a port. */
  readonly label: string;
  readonly nodeNames: readonly string[];
  readonly stepMs: number;
}

/** The label that says which part of an answer a series is. */
export const PART_LABEL = 'part';

/** PromQL for one round. Range queries answer with the parts `value` and `nodes`, `perNode` with `cpu` and `copies`. */
export interface NodeQueries {
  /** Mean over the nodes of their CPU that is not idle, in percent; time stolen by the host counts as used (F85). */
  readonly cpuPercent: string;
  /** Mean over the nodes of their memory that is not available, in percent. */
  readonly memoryPercent: string;
  /** Received and sent by all nodes. */
  readonly networkBytesPerSecond: string;
  /** Read and written by all nodes. */
  readonly diskBytesPerSecond: string;
  /** Instant: CPU percentage of each node, and how many exporters report each. */
  readonly perNode: string;
}

/** Rates look back two minutes (R99): more hides a spike for longer, less loses a missed scrape. */
export const RATE_SECONDS = 120;
/** Without loopback and the interfaces of pods, which would count twice. */
export const NETWORK_DEVICES = 'device!~"lo|veth.*|cni.*|flannel.*"';
/** Without the devices that lie upon others. */
export const DISK_DEVICES = 'device!~"dm-.*|loop.*|ram.*"';

/**
 * The query texts (R99), over the named workers alone. Look-backs of values are written out, because Prometheus itself
 * would fill a gap with a value of up to five minutes ago.
 */
export function nodeQueries(selection: NodeSelection): NodeQueries {
  const by = `by (${selection.label})`;
  const nodes = `${selection.label}=~"${namesPattern(selection.nodeNames)}"`;
  const seconds = Math.max(RATE_SECONDS, lookBackSeconds(selection.stepMs));
  const rate = (metric: string, where: string): string =>
    `sum ${by} (rate(${metric}{${where},${nodes}}[${seconds}s]))`;
  const last = (metric: string): string =>
    `last_over_time(${metric}{${nodes}}[${lookBackSeconds(selection.stepMs)}s])`;
  const idle = `node_cpu_seconds_total{mode="idle",${nodes}}`;
  // A share of all modes, not `1 - rate(idle)`: rate() divides by the whole look-back, so an idle node that is scraped
  // since seconds would read as fully busy. In the quotient the error cancels (F8, F9).
  const cpu = `100 * (1 - ${rate('node_cpu_seconds_total', 'mode="idle"')} / (${rate('node_cpu_seconds_total', 'mode!=""')} > 0))`;
  const memory = `avg ${by} (100 * (1 - ${last('node_memory_MemAvailable_bytes')} / ${last('node_memory_MemTotal_bytes')}))`;
  const network = `${rate('node_network_receive_bytes_total', NETWORK_DEVICES)} + ${rate('node_network_transmit_bytes_total', NETWORK_DEVICES)}`;
  const disk = `${rate('node_disk_read_bytes_total', DISK_DEVICES)} + ${rate('node_disk_written_bytes_total', DISK_DEVICES)}`;
  // Without a look-back of ours: an exporter that was replaced leaves a mark that ends its series at once.
  const copies = `max ${by} (count by (${selection.label}, cpu) (${idle}))`;
  return {
    cpuPercent: withCount('avg', cpu),
    memoryPercent: withCount('avg', memory),
    networkBytesPerSecond: withCount('sum', network),
    diskBytesPerSecond: withCount('sum', disk),
    perNode: `${part('cpu', cpu)} or ${part('copies', copies)}`,
  };
}

/** How old a sample may be and still speak for now: four missed scrapes, a minute at least. */
export function lookBackSeconds(stepMs: number): number {
  return Math.max(60, Math.ceil((4 * stepMs) / 1_000));
}

function withCount(fold: 'avg' | 'sum', perNode: string): string {
  return `${part('value', `${fold}(${perNode})`)} or ${part('nodes', `count(${perNode})`)}`;
}

function part(name: string, query: string): string {
  return `label_replace(${query}, "${PART_LABEL}", "${name}", "", "")`;
}

/** Exactly these names, with or without a port; dots in brackets, which need no escaping in either language. */
function namesPattern(names: readonly string[]): string {
  return `(${names.map((name) => name.replaceAll(/[^A-Za-z0-9_-]/g, '[$&]')).join('|')})(:[0-9]+)?`;
}
