import type { Sample, Signal } from '../../../model/signal.ts';
import { percentText, secondsText } from '../../text/wording.ts';

/** A sample older than this many sampling steps is stale. */
const STALE_STEPS = 4;
/** Minimum window in sampling steps; a shorter one would often contain no sample. */
const MIN_STEPS = 2;

/** The values of a signal over a whole window, or why it does not speak for it. */
export type WindowValues =
  | {
      readonly status: 'known';
      readonly lowest: number;
      readonly highest: number;
      readonly newest: number;
      /** Share of ready workers that it speaks for, 0..1. */
      readonly coverage: number;
      readonly isPartial: boolean;
    }
  | { readonly status: 'unknown'; readonly why: string };

export interface WindowOptions {
  readonly nowMs: number;
  readonly windowMs: number;
  readonly minCoveragePercent: number;
}

/**
 * Reads the last `windowMs` of a signal. It is unknown where samples are missing (fewer than `minCoveragePercent` of those
 * that the window should hold), the newest is stale, or a value is no number; partial where it speaks for too few workers.
 */
export function valuesOver(signal: Signal, options: WindowOptions): WindowValues {
  if (signal.status === 'unknown') return signal;
  const { nowMs, minCoveragePercent } = options;
  const windowMs = Math.max(options.windowMs, MIN_STEPS * signal.stepMs);
  const { count, newest, lowest, highest } = rangeOf(signal.samples, nowMs - windowMs, nowMs);
  if (newest === undefined)
    return { status: 'unknown', why: `no sample in the last ${secondsText(windowMs)}` };
  const ageMs = nowMs - newest.atMs;
  if (ageMs > STALE_STEPS * signal.stepMs) {
    return { status: 'unknown', why: `the newest sample is ${secondsText(ageMs)} old` };
  }
  const expected = Math.max(1, Math.floor(windowMs / signal.stepMs));
  const sampled = (100 * count) / expected;
  if (sampled < minCoveragePercent) {
    const why = `only ${percentText(sampled)} of the last ${secondsText(windowMs)} is sampled, ${minCoveragePercent} % are needed`;
    return { status: 'unknown', why };
  }
  return {
    status: 'known',
    lowest,
    highest,
    newest: newest.value,
    coverage: signal.coverage,
    isPartial: signal.coverage * 100 < minCoveragePercent,
  };
}

/** What numbers there are after `fromMs` and up to `toMs`; each round reads several windows of each signal. */
function rangeOf(samples: readonly Sample[], fromMs: number, toMs: number) {
  let count = 0;
  let newest: Sample | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const sample of samples) {
    const { atMs, value } = sample;
    if (atMs <= fromMs || atMs > toMs || !Number.isFinite(value)) continue;
    count += 1;
    newest = sample;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return { count, newest, lowest, highest };
}
