import type { Policy } from '../../../policy/policy-schema.ts';
import type { WorldSight, WorldWrite } from '../world-sight.ts';

/** Samples this old are still taken for the present, and what a round was told a moment ago; beyond that the load is unknown. */
const SAMPLES_LAST_MS = 120_000;
/** So long before a decision the load was measured and the measurement at hand for certain. */
const KNOWN_AFTER_MS = 60_000;
/** An end is stamped before it is written down, which may take a few tries. */
const WRITING_MS = 60_000;

/**
 * Unknown is never zero: without a word of Prometheus nobody knows that the load is low. Nor is it while workers are halfway to
 * growing: which of them are measured may differ a little from whom the controller asks for, but not so much.
 */
export function shrinksBlindly(write: WorldWrite, sight: WorldSight): string | undefined {
  const removal = forLowLoad(write, sight);
  if (removal === undefined) return undefined;
  const unknownMs = sight.unknownLoadMs(removal.decidedAtMs);
  if (unknownMs > SAMPLES_LAST_MS)
    return `${removal.nodeName} goes for low load, which was unknown for ${Math.round(unknownMs / 1_000)} s`;
  const { upPercent, downPercent } = removal.policy.utilization.cpu;
  const cpuPercent = sight.cpuPercentAt(removal.decidedAtMs - KNOWN_AFTER_MS) ?? 0;
  return cpuPercent > (upPercent + downPercent) / 2
    ? `${removal.nodeName} goes for low load, which was ${Math.round(cpuPercent)} % a minute before`
    : undefined;
}

/** After growth by load and after a removal nothing goes for low load for a while (R19, R20). A clock that was set meanwhile is no measure. */
export function shrinksTooSoon(write: WorldWrite, sight: WorldSight): string | undefined {
  const removal = forLowLoad(write, sight);
  if (removal === undefined) return undefined;
  const { shrinkAfterGrowthSeconds, shrinkAfterShrinkSeconds } = removal.policy.cooldown;
  const tooLate = sight.ended().find(({ operation, atMs }) => {
    if (sight.skewedAtMs >= atMs) return false;
    const isGrowth = operation.kind === 'launch' && operation.step === 'ready' && operation.startsCooldown;
    if (!isGrowth && operation.step !== 'removed') return false;
    const seconds = isGrowth ? shrinkAfterGrowthSeconds : shrinkAfterShrinkSeconds;
    const sinceMs = removal.decidedAtMs - atMs;
    return sinceMs > 0 && sinceMs < seconds * 1_000 - WRITING_MS;
  });
  return tooLate === undefined
    ? undefined
    : `${removal.nodeName} goes for low load so soon after ${tooLate.operation.id} was '${tooLate.operation.step}'`;
}

interface LoadRemoval {
  readonly nodeName: string;
  readonly decidedAtMs: number;
  /** The one that it was decided by. */
  readonly policy: Policy;
}

/** The removal for low load whose first act the write is, with when it was decided. */
function forLowLoad(write: WorldWrite, sight: WorldSight): LoadRemoval | undefined {
  if (write.kind !== 'cordon') return undefined;
  const operation = sight.operation(write.operationId);
  if (operation?.kind !== 'remove' || operation.reasons[0]?.code !== 'low-load') return undefined;
  const policy = sight.policyOf(operation.policy.digest);
  const decision = sight.decision(operation.decisionId);
  if (policy?.utilization.enabled !== true || decision === undefined) return undefined;
  return { nodeName: operation.nodeName, decidedAtMs: decision.atMs, policy };
}
