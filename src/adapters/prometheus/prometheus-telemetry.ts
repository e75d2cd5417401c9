import { type Signal, type Utilization, unknownUtilization } from '../../model/signal.ts';
import type { Clock, Telemetry, TelemetryQuery } from '../../ports.ts';
import { type NodeQueries, nodeQueries } from './node-queries.ts';
import { perNodeOf } from './per-node.ts';
import { PrometheusApi } from './prometheus-api.ts';
import type { PrometheusOptions } from './prometheus-options.ts';
import { type SignalContext, signalOf } from './signal-of.ts';

/** Labels that may name a node, the preferred first. */
const NODE_LABELS: readonly string[] = ['node', 'instance'];

/** What one round gave under one label. */
interface Round {
  readonly utilization: Utilization;
  /** Prometheus answered and has no node under this label. */
  readonly hasNoNode: boolean;
}

/** The load of the workers from node_exporter's series in Prometheus. What is not known says why; nothing is thrown. */
export class PrometheusTelemetry implements Telemetry {
  readonly #api: PrometheusApi;
  readonly #clock: Clock;
  /** Tried in this order until one finds nodes. */
  #labels: readonly string[];

  constructor(options: PrometheusOptions, clock: Clock) {
    this.#api = new PrometheusApi(options);
    this.#clock = clock;
    this.#labels = options.nodeLabel === undefined ? NODE_LABELS : [options.nodeLabel];
  }

  async utilization(query: TelemetryQuery, signal: AbortSignal): Promise<Utilization> {
    if (query.nodeNames.length === 0) return unknownUtilization('there are no ready workers');
    let first: Round | undefined;
    for (const label of this.#labels) {
      const round = await this.#round(label, query, signal);
      if (!round.hasNoNode) {
        this.#labels = [label, ...this.#labels.filter((other) => other !== label)];
        return round.utilization;
      }
      first ??= round;
    }
    return first?.utilization ?? unknownUtilization('no label names a node');
  }

  async #round(label: string, query: TelemetryQuery, signal: AbortSignal): Promise<Round> {
    const nowMs = this.#clock.now();
    const { stepMs, nodeNames } = query;
    const queries = nodeQueries({ label, nodeNames, stepMs });
    const range = { fromMs: nowMs - query.windowMs, toMs: nowMs, stepMs };
    const measure = async (name: keyof NodeQueries, unit: SignalContext['unit']): Promise<Signal> => {
      const answer = await this.#api.range(queries[name], range, signal);
      return signalOf(answer, { nowMs, stepMs, nodeCount: nodeNames.length, unit });
    };
    const [cpuPercent, memoryPercent, networkBytesPerSecond, diskBytesPerSecond, perNode] = await Promise.all(
      [
        measure('cpuPercent', 'percent'),
        measure('memoryPercent', 'percent'),
        measure('networkBytesPerSecond', 'bytes-per-second'),
        measure('diskBytesPerSecond', 'bytes-per-second'),
        this.#api.instant(queries.perNode, nowMs, signal),
      ],
    );
    const signals = { cpuPercent, memoryPercent, networkBytesPerSecond, diskBytesPerSecond };
    if (perNode.status === 'unknown') {
      return { utilization: { ...signals, nodeCpuPercent: {} }, hasNoNode: false };
    }
    const { cpuPercent: nodeCpuPercent, duplicates: doubled } = perNodeOf(perNode.series, label, nodeNames);
    if (doubled.length > 0)
      return { utilization: unknownUtilization(duplicateReason(doubled)), hasNoNode: false };
    const isAnyKnown = Object.values(signals).some((measured) => measured.status === 'known');
    return {
      utilization: { ...signals, nodeCpuPercent },
      hasNoNode: perNode.series.length === 0 && !isAnyKnown,
    };
  }
}

function duplicateReason(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return `two exporters report ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ''}: scrape each node once`;
}
