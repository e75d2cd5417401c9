/** What deciding took in one situation at one size of the fleet. */
export interface DecideFigures {
  readonly rounds: number;
  /** CPU of all threads of the process, for one call of `decide`. */
  readonly meanMs: number;
  readonly p99Ms: number;
  /** The longest call, by the wall. */
  readonly stallMs: number;
  /** What one call allocates. */
  readonly garbageMiB: number;
  readonly peakRssMiB: number;
  /** Hash of all plans, which must be the same for the same decisions. */
  readonly digest: string;
}

/** By which power of the fleet's size the time grows between two sizes. */
export function growthExponent(
  from: { readonly size: number; readonly value: number },
  to: { readonly size: number; readonly value: number },
): number {
  return Math.log(to.value / from.value) / Math.log(to.size / from.size);
}

/** The value that 99 % are not above. */
export function percentile99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}
