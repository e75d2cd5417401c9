import type { ReasonCode } from '../../../model/reason-codes.ts';
import type { Reason } from '../../../model/reason.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import type { ObservedWorld, WorldWrite } from '../observed-world.ts';

/** Samples this old are still taken for the present, and what a round was told a moment ago; beyond that the load is unknown. */
const SAMPLES_LAST_MS = 120_000;
/** Of the way from the threshold of shrinking to that of growth: where load is surely not low, and where nothing goes for load at all. */
const NOT_LOW = 3 / 8;
const HALFWAY = 1 / 2;
/** How long before a decision a measurement must exist to count as known. */
const KNOWN_AFTER_MS = 60_000;
/** An end is stamped before it is written down, which may take a few tries. */
const WRITING_MS = 60_000;

/**
 * Unknown is never zero: without data from Prometheus the load is not known to be low. Nor is it while workers are on their way to
 * growing, for which nothing may go by halfway: which of them are measured may differ a little from whom the controller asks for, but not so much.
 */
export function violationOfKnownLoad(write: WorldWrite, observed: ObservedWorld): string | undefined {
  const removal = forLowLoad(write, observed);
  if (removal === undefined) return undefined;
  const unknownMs = observed.unknownLoadMs(removal.decidedAtMs);
  if (unknownMs > SAMPLES_LAST_MS)
    return `${removal.nodeName} is removed for low load, which was unknown for ${Math.round(unknownMs / 1_000)} s`;
  const { upPercent, downPercent } = removal.policy.utilization.cpu;
  const cpuPercent = observed.cpuPercentAt(removal.decidedAtMs - KNOWN_AFTER_MS) ?? 0;
  const share = removal.code === 'low-load' ? NOT_LOW : HALFWAY;
  return cpuPercent > downPercent + share * (upPercent - downPercent)
    ? `${removal.nodeName} is removed for low load, which was ${Math.round(cpuPercent)} % a minute before`
    : undefined;
}

/** After growth by load and after a removal nothing is removed for low load for a while (R19, R20). A clock that was set meanwhile is no measure. */
export function violationOfCooldown(write: WorldWrite, observed: ObservedWorld): string | undefined {
  const removal = forLowLoad(write, observed);
  if (removal === undefined) return undefined;
  const { shrinkAfterGrowthSeconds, shrinkAfterShrinkSeconds } = removal.policy.cooldown;
  const tooLate = observed.ended().find(({ operation, atMs }) => {
    if (observed.skewedAtMs >= atMs) return false;
    const isGrowth = operation.kind === 'launch' && operation.step === 'ready' && operation.startsCooldown;
    if (!isGrowth && operation.step !== 'removed') return false;
    const seconds = isGrowth ? shrinkAfterGrowthSeconds : shrinkAfterShrinkSeconds;
    const sinceMs = removal.decidedAtMs - atMs;
    return sinceMs > 0 && sinceMs < seconds * 1_000 - WRITING_MS;
  });
  return tooLate === undefined
    ? undefined
    : `${removal.nodeName} is removed for low load so soon after ${tooLate.operation.id} was '${tooLate.operation.step}'`;
}

interface LoadRemoval {
  readonly nodeName: string;
  readonly code: ReasonCode | undefined;
  readonly decidedAtMs: number;
  /** The one that it was decided by. */
  readonly policy: Policy;
}

/** The removal for low load whose first act the write is, with when it was decided. */
function forLowLoad(write: WorldWrite, observed: ObservedWorld): LoadRemoval | undefined {
  if (write.kind !== 'cordon') return undefined;
  const operation = observed.operation(write.operationId);
  if (operation?.kind !== 'remove' || !isForLoad(operation.reasons)) return undefined;
  const policy = observed.policyOf(operation.policy.digest);
  const decision = observed.decision(operation.decisionId);
  if (policy?.utilization.enabled !== true || decision === undefined) return undefined;
  const code = operation.reasons[0]?.code;
  return { nodeName: operation.nodeName, code, decidedAtMs: decision.atMs, policy };
}

/** Low load, or load and pods that fit the others: both are judged by the load that was measured. */
function isForLoad(reasons: readonly Reason[]): boolean {
  return reasons[0]?.code === 'low-load' || reasons[0]?.code === 'unneeded';
}
