import type { Signal } from '../../../model/signal.ts';
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
  const inWindow = signal.samples.filter(
    (sample) => sample.atMs > nowMs - windowMs && sample.atMs <= nowMs && Number.isFinite(sample.value),
  );
  const newest = inWindow.at(-1);
  if (newest === undefined)
    return { status: 'unknown', why: `no sample in the last ${secondsText(windowMs)}` };
  const ageMs = nowMs - newest.atMs;
  if (ageMs > STALE_STEPS * signal.stepMs) {
    return { status: 'unknown', why: `the newest sample is ${secondsText(ageMs)} old` };
  }
  const expected = Math.max(1, Math.floor(windowMs / signal.stepMs));
  const sampled = (100 * inWindow.length) / expected;
  if (sampled < minCoveragePercent) {
    const why = `only ${percentText(sampled)} of the last ${secondsText(windowMs)} is sampled, ${minCoveragePercent} % are needed`;
    return { status: 'unknown', why };
  }
  const values = inWindow.map((sample) => sample.value);
  return {
    status: 'known',
    lowest: values.reduce((a, b) => Math.min(a, b)),
    highest: values.reduce((a, b) => Math.max(a, b)),
    newest: newest.value,
    coverage: signal.coverage,
    isPartial: signal.coverage * 100 < minCoveragePercent,
  };
}
