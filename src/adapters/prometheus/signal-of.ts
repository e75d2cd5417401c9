import { type Sample, type Signal, unknownSignal } from '../../model/signal.ts';
import { lookBackSeconds, PART_LABEL } from './node-queries.ts';
import type { QueryAnswer, Series } from './prometheus-answer.ts';

/** What an answer is read against. */
export interface SignalContext {
  readonly nowMs: number;
  readonly stepMs: number;
  /** Ready workers that were asked for. */
  readonly nodeCount: number;
  readonly unit: 'percent' | 'bytes-per-second';
}

/** By so much a rate may leave 0..100 through the spacing of scrapes; more is a fault of the measurement. */
const PERCENT_TOLERANCE = 5;

/** The signal that a range answer carries, or why there is none: empty, doubled, of no use or stale (F1-F8). */
export function signalOf(answer: QueryAnswer, context: SignalContext): Signal {
  if (answer.status === 'unknown') return unknownSignal(answer.why);
  const values = answer.series.filter((series) => series.labels[PART_LABEL] === 'value');
  const counts = answer.series.filter((series) => series.labels[PART_LABEL] === 'nodes');
  const [value, count] = [values[0], counts[0]];
  if (values.length > 1 || counts.length > 1) {
    return unknownSignal(
      `Prometheus gave ${Math.max(values.length, counts.length)} series where one is expected`,
    );
  }
  if (value === undefined || count === undefined)
    return unknownSignal('Prometheus has no samples of the ready workers');
  const samples = value.points.flatMap((sample) => plausible(sample, context.unit));
  return fresh(samples, count, context);
}

function fresh(samples: readonly Sample[], count: Series, context: SignalContext): Signal {
  const newest = samples.at(-1);
  if (newest === undefined) return unknownSignal('Prometheus has no sample that is a plausible number');
  const ageMs = context.nowMs - newest.atMs;
  if (ageMs > lookBackSeconds(context.stepMs) * 1_000) {
    return unknownSignal(`the newest sample is ${Math.round(ageMs / 1_000)} s old`);
  }
  const counted = count.points.findLast((point) => point.atMs <= newest.atMs)?.value ?? 0;
  const coverage = Math.min(1, counted / context.nodeCount);
  return { status: 'known', samples, stepMs: context.stepMs, coverage };
}

function plausible(sample: Sample, unit: SignalContext['unit']): readonly Sample[] {
  if (unit === 'bytes-per-second') return sample.value >= 0 ? [sample] : [];
  const value = Math.min(100, Math.max(0, sample.value));
  return Math.abs(value - sample.value) <= PERCENT_TOLERANCE ? [{ atMs: sample.atMs, value }] : [];
}
