import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { LaunchOperation, Operation } from '../../model/operation.ts';
import type { Policy } from '../../policy/policy-schema.ts';

/** Until when metrics may not grow or shrink the fleet; a time that has passed means that nothing waits. */
export interface Cooldowns {
  readonly growthUntilMs: number;
  readonly shrinkUntilMs: number;
  /** Which event holds shrinking back, for the reason. */
  readonly shrinkAfter: 'growth' | 'shrink';
  /** When a worker was last launched for load or for pods that waited, in milliseconds, whatever became of it. */
  readonly lastDemandMs: number;
  /** When one was last launched for a Job's pods. */
  readonly lastJobMs: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Reads the cooldowns from the ledger (R19, R20): growth is blocked after growth; shrinking after growth, by pods that waited too,
 * and after shrinking. A cooldown begins when the operation ends; failed or undone operations begin none. An end that lies in
 * the future (a clock that was set back) is read as now.
 */
export function cooldownsOf(
  operations: readonly Operation[],
  policy: Policy['cooldown'],
  nowMs: number,
): Cooldowns {
  const ends = lastEndsOf(operations);
  const lastGrowthMs = Math.min(ends.growthMs, nowMs);
  const lastShrinkMs = Math.min(ends.shrinkMs, nowMs);
  const afterGrowthMs = Math.min(ends.demandMs, nowMs) + policy.shrinkAfterGrowthSeconds * 1000;
  const afterShrinkMs = lastShrinkMs + policy.shrinkAfterShrinkSeconds * 1000;
  return {
    growthUntilMs: lastGrowthMs + policy.afterGrowthSeconds * 1000,
    shrinkUntilMs: Math.max(afterGrowthMs, afterShrinkMs),
    shrinkAfter: afterGrowthMs > afterShrinkMs ? 'growth' : 'shrink',
    lastDemandMs: Math.min(ends.launchMs, nowMs),
    lastJobMs: Math.min(ends.jobMs, nowMs),
  };
}

/** Whether the launch was made because load or pods that waited asked for it: not to repair, to replace or to save. */
export function isForDemand(launch: LaunchOperation): boolean {
  return launch.startsCooldown || launch.nominatedPods.length > 0;
}

/** When growth that starts a cooldown, growth of any kind, and a removal last came to their end, and when growth last began. */
const lastEndsOf = memoizeByIdentity((operations: readonly Operation[]) => {
  let growthMs = NEVER;
  let demandMs = NEVER;
  let launchMs = NEVER;
  let jobMs = NEVER;
  let shrinkMs = NEVER;
  for (const operation of operations) {
    const endedAtMs = operation.endedAtMs ?? NEVER;
    if (operation.kind === 'launch') {
      if (!isForDemand(operation)) continue;
      launchMs = Math.max(launchMs, operation.createdAtMs);
      if (operation.forJobs === true) jobMs = Math.max(jobMs, operation.createdAtMs);
      if (operation.step !== 'ready') continue;
      demandMs = Math.max(demandMs, endedAtMs);
      if (operation.startsCooldown) growthMs = Math.max(growthMs, endedAtMs);
    } else if (operation.step === 'removed' && operation.fromPool !== true) {
      shrinkMs = Math.max(shrinkMs, endedAtMs);
    }
  }
  return { growthMs, demandMs, launchMs, jobMs, shrinkMs };
});
