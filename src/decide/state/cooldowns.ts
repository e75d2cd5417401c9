import { memoizeByIdentity } from '../../model/memoize-by-identity.ts';
import type { Operation } from '../../model/operation.ts';
import type { Policy } from '../../policy/policy-schema.ts';

/** Until when metrics may not grow or shrink the fleet; a time that has passed means that nothing waits. */
export interface Cooldowns {
  readonly growthUntilMs: number;
  readonly shrinkUntilMs: number;
  /** Which event holds shrinking back, for the reason. */
  readonly shrinkAfter: 'growth' | 'shrink';
}

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Reads the cooldowns from the ledger (R19, R20): growth is blocked after growth; shrinking after growth and after
 * shrinking. A cooldown begins when the operation ends; failed or undone operations begin none. An end that lies in
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
  const afterGrowthMs = lastGrowthMs + policy.shrinkAfterGrowthSeconds * 1000;
  const afterShrinkMs = lastShrinkMs + policy.shrinkAfterShrinkSeconds * 1000;
  return {
    growthUntilMs: lastGrowthMs + policy.afterGrowthSeconds * 1000,
    shrinkUntilMs: Math.max(afterGrowthMs, afterShrinkMs),
    shrinkAfter: afterGrowthMs > afterShrinkMs ? 'growth' : 'shrink',
  };
}

/** When growth that starts a cooldown, and when a removal, last came to its end. */
const lastEndsOf = memoizeByIdentity((operations: readonly Operation[]) => {
  let growthMs = NEVER;
  let shrinkMs = NEVER;
  for (const operation of operations) {
    const endedAtMs = operation.endedAtMs ?? NEVER;
    if (operation.kind === 'launch') {
      if (operation.step === 'ready' && operation.startsCooldown) growthMs = Math.max(growthMs, endedAtMs);
    } else if (operation.step === 'removed' && operation.fromPool !== true) {
      shrinkMs = Math.max(shrinkMs, endedAtMs);
    }
  }
  return { growthMs, shrinkMs };
});
