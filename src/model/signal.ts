/** One value at one time. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/**
 * A measured time series of the recent past, oldest first, or the statement that it is not known and why.
 * A missing, stale, partial or malformed series is `unknown`, never zero.
 */
export type Signal =
  | {
      readonly status: 'known';
      readonly samples: readonly Sample[];
      /** Spacing that the samples should have. */
      readonly stepMs: number;
      /** Share of ready workers that the newest samples speak for, 0..1. */
      readonly coverage: number;
    }
  | { readonly status: 'unknown'; readonly why: string };

/** What telemetry says of the workers as a whole, percentages 0..100, and of each node by name. */
export interface Utilization {
  readonly cpuPercent: Signal;
  readonly memoryPercent: Signal;
  /** Bytes per second received and sent by all workers; recorded, only used where the policy sets thresholds. */
  readonly networkBytesPerSecond: Signal;
  readonly diskBytesPerSecond: Signal;
  /** Latest CPU percentage of single nodes; a node that is missing here is unknown. */
  readonly nodeCpuPercent: Readonly<Record<string, number>>;
}

/** A signal that is not known, with the reason. */
export function unknownSignal(why: string): Signal {
  return { status: 'unknown', why };
}

/** Telemetry of which nothing is known, with the reason. */
export function unknownUtilization(why: string): Utilization {
  const unknown = unknownSignal(why);
  return {
    cpuPercent: unknown,
    memoryPercent: unknown,
    networkBytesPerSecond: unknown,
    diskBytesPerSecond: unknown,
    nodeCpuPercent: {},
  };
}
