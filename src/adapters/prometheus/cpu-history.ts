import type { Sample } from '../../model/signal.ts';
import { PortError } from '../../ports.ts';
import { PrometheusApi } from './prometheus-api.ts';
import type { PrometheusOptions } from './prometheus-options.ts';

const MS_PER_DAY = 86_400_000;
/** A week has some 2,000 steps; Prometheus gives 11,000 points at most. */
const STEP_MS = 300_000;
/** A long range takes longer than the queries of a round. */
const TIMEOUT_MS = 30_000;

/** vCPUs that all nodes used together, whichever nodes there were; time stolen by the host counts as used (F85). */
const USED_VCPUS = `sum(rate(node_cpu_seconds_total{mode!~"idle|iowait"}[${STEP_MS / 1_000}s]))`;

/**
 * The CPU that the cluster used in the last days, in vCPUs, every five minutes, oldest first; what was not measured is left out.
 * @throws PortError when Prometheus cannot be asked or has no such series
 */
export async function cpuHistory(
  options: PrometheusOptions,
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  const api = new PrometheusApi({ ...options, timeoutMs: TIMEOUT_MS });
  const range = { fromMs: nowMs - days * MS_PER_DAY, toMs: nowMs, stepMs: STEP_MS };
  const answer = await api.range(USED_VCPUS, range, signal);
  if (answer.status === 'unknown')
    throw new PortError(answer.why, { retry: 'transient', code: 'Prometheus' });
  const samples = answer.series[0]?.points.filter(({ value }) => value >= 0) ?? [];
  if (samples.length > 0) return samples;
  throw new PortError(`Prometheus has no node_cpu_seconds_total of the last ${days} days: check the URL`, {
    retry: 'configuration',
    code: 'Prometheus',
  });
}
