/** What a scenario says beyond the usual short times. */
export interface PolicyParts {
  readonly min?: number;
  readonly max?: number;
  readonly cpuUpPercent?: number;
  readonly shrink?: boolean;
  readonly downWindowSeconds?: number;
  readonly drainTimeoutSeconds?: number;
  readonly minNodeAgeSeconds?: number;
}

/** A policy with the shipped rules and short times, so that a scenario is over in seconds. */
export function testPolicy(parts: PolicyParts = {}): Readonly<Record<string, unknown>> {
  const { min = 2, max = 6, cpuUpPercent = 70, shrink = true } = parts;
  const { downWindowSeconds = 15, drainTimeoutSeconds = 10, minNodeAgeSeconds = 5 } = parts;
  return {
    apiVersion: 'smartscale.dev/v1',
    kind: 'ScalingPolicy',
    nodes: { min, max },
    loop: { intervalSeconds: 2 },
    utilization: {
      cpu: { upPercent: cpuUpPercent },
      upWindowSeconds: 10,
      downWindowSeconds,
      scrapeIntervalSeconds: 1,
    },
    cooldown: { afterGrowthSeconds: 5, shrinkAfterGrowthSeconds: 5, shrinkAfterShrinkSeconds: 5 },
    shrink: {
      enabled: shrink,
      drainTimeoutSeconds,
      graceLimitSeconds: 5,
      minNodeAgeSeconds,
      unneededSeconds: 0,
      minUseSeconds: 0,
      retryAfterAbortSeconds: 5,
    },
  };
}

/** Neither busy nor idle: nothing grows or shrinks for it. */
export const STEADY = { cpuPercent: 35, memoryPercent: 60 } as const;
/** Idle for every rule. */
export const IDLE = { cpuPercent: 5, memoryPercent: 20 } as const;
