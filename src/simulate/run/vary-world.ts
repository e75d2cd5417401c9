import { RandomStream } from '../base/random-stream.ts';
import type { LoadTrace } from '../load/load-trace.ts';

const MS_PER_HOUR = 3_600_000;
const HOURS_PER_DAY = 24;
/** Nodes needed at peak load, from a small one to the most that the default maximum carries. */
const PEAK_NODES = { least: 4, most: 10 } as const;

/** What makes the worlds of a run unlike each other. */
export interface WorldVariation {
  readonly traceOffsetMs: number;
  readonly peakNodes: number;
}

/** The variation that belongs to a seed: a day of the trace to begin with, and how many nodes its peak needs. */
export function variationOf(seed: number, trace: LoadTrace): WorldVariation {
  const random = new RandomStream(seed).stream('variation');
  const days = Math.max(1, Math.floor(trace.lengthMs / (HOURS_PER_DAY * MS_PER_HOUR)));
  return {
    traceOffsetMs: random.integer(days) * HOURS_PER_DAY * MS_PER_HOUR,
    peakNodes: Math.round(random.between(PEAK_NODES.least, PEAK_NODES.most) * 10) / 10,
  };
}
