import { cpuHistory } from '../../adapters/prometheus/cpu-history.ts';
import { prometheusOptions } from '../../adapters/prometheus/prometheus-options.ts';
import { SystemClock } from '../../adapters/system/system-clock.ts';
import type { Sample } from '../../model/signal.ts';
import { type LoadTrace, parseTrace, TraceError } from '../../simulate/load/load-trace.ts';
import { LOAD_MILLIS_PER_NODE } from '../../simulate/world/sample-workloads.ts';
import { CommandError, orCommandError } from '../command-error.ts';
import { readTraceFile } from '../files/read-trace-file.ts';

const DEFAULT_PEAK_NODES = 8;

/** Where the load comes from: a file, or what Prometheus has measured of the cluster. */
export interface LoadSource {
  readonly trace?: string;
  readonly prometheusUrl?: string;
  /** How many t3.small the peak needs. @default 8 for a file, what was measured for the cluster's own history */
  readonly peakNodes?: number;
  readonly days: number;
}

export interface JudgedLoad {
  readonly trace: LoadTrace;
  readonly peakNodes: number;
}

/**
 * The load that policies are judged by.
 * @throws CommandError when neither source is named, or the one that is cannot be read
 */
export async function loadToJudgeBy(
  { trace, prometheusUrl, peakNodes, days }: LoadSource,
  env: Readonly<Record<string, string | undefined>>,
): Promise<JudgedLoad> {
  if (trace !== undefined)
    return { trace: await readTraceFile(trace), peakNodes: peakNodes ?? DEFAULT_PEAK_NODES };
  if (prometheusUrl === undefined)
    throw new CommandError(
      "there is no load to judge by: give --trace FILE, or --prometheus-url URL for the cluster's own history",
    );
  const samples = await orCommandError(() => {
    const options = prometheusOptions(prometheusUrl, env);
    return cpuHistory(options, { nowMs: new SystemClock().now(), days }, new AbortController().signal);
  });
  const measured = traceOf(samples, new URL(prometheusUrl).host);
  return { trace: measured, peakNodes: peakNodes ?? nodesAt(measured.peak) };
}

function traceOf(samples: readonly Sample[], name: string): LoadTrace {
  const lines = samples.map(({ atMs, value }) => `${new Date(atMs).toISOString()},${value}`);
  try {
    return parseTrace(name, lines.join('\n'));
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new CommandError(`${name} has too little history to judge by: wait for some hours of load`, {
      cause: error,
    });
  }
}

/** The workers of the simulated world that carry so many vCPUs of load, to a tenth. */
function nodesAt(vcpus: number): number {
  return Math.max(0.5, Math.round((vcpus * 10_000) / LOAD_MILLIS_PER_NODE) / 10);
}
