import { memoizeByIdentity } from '../../../model/memoize-by-identity.ts';
import type { Operation } from '../../../model/operation.ts';
import type { Lull, UnneededNodes } from '../../../model/unneeded-nodes.ts';
import { isForDemand } from '../../state/cooldowns.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { launchesIn } from '../../state/operation-lists.ts';

/** For how long a lull is kept in mind: what comes back once an hour shows itself often enough. */
const MEMORY_MS = 6 * 3_600_000;
/** A longer lull is worth a removal: what comes once an hour is kept for, and the fleet comes to rest within two hours. */
const LONGEST_MS = 66 * 60_000;
/** A node waits for so much longer than the longest lull. */
const CAUTION = 1.1;
/** Lulls that are kept, the longest of late. */
const KEPT = 8;

/**
 * For how long a node must have been unneeded before it goes: as the policy says, and longer than the lulls of the last hours, in
 * which the fleet had a node too many until it needed it again. What comes every hour, a CronJob say, so keeps its node.
 */
export function unneededForMs(context: DecisionContext, lulls: readonly Lull[]): number {
  const { policy, nowMs } = context;
  const known = [...lulls, ...regretsIn(context)].filter((lull) => isOfLate(lull, nowMs));
  const longest = known.reduce((most, { lastedMs }) => Math.max(most, lastedMs), 0);
  const { unneededSeconds } = policy.shrink;
  return unneededSeconds === 0 ? 0 : Math.max(unneededSeconds * 1000, Math.round(CAUTION * longest));
}

/** The lulls to keep in mind, the one that has just ended among them. */
export function lullsAfter(
  { lulls, spareSinceMs }: UnneededNodes,
  hasEnded: boolean,
  { nowMs }: DecisionContext,
): readonly Lull[] {
  const ended =
    hasEnded && spareSinceMs !== undefined ? [{ lastedMs: nowMs - spareSinceMs, endedAtMs: nowMs }] : [];
  if (ended.length === 0 && lulls.every((lull) => isOfLate(lull, nowMs))) return lulls;
  return [...lulls, ...ended]
    .filter((lull) => isOfLate(lull, nowMs))
    .sort((a, b) => b.lastedMs - a.lastedMs)
    .slice(0, KEPT);
}

function isOfLate({ lastedMs, endedAtMs }: Lull, nowMs: number): boolean {
  return lastedMs <= LONGEST_MS && endedAtMs > nowMs - MEMORY_MS && endedAtMs <= nowMs;
}

/** Lulls in which a node went that load or pods soon asked back: the ledger knows of those even after a restart. */
const regretsIn = memoizeByIdentity(({ snapshot, policy }: DecisionContext): readonly Lull[] => {
  const demanded = launchesIn(snapshot.operations)
    .filter(isForDemand)
    .map(({ createdAtMs }) => createdAtMs);
  if (demanded.length === 0) return [];
  return snapshot.operations.flatMap((operation) => {
    const sinceMs = removedAsUnneeded(operation);
    if (sinceMs === undefined) return [];
    const backMs = Math.min(...demanded.filter((atMs) => atMs > operation.createdAtMs));
    const fromMs = Math.min(sinceMs, operation.createdAtMs - policy.shrink.unneededSeconds * 1000);
    return Number.isFinite(backMs) ? [{ lastedMs: backMs - fromMs, endedAtMs: backMs }] : [];
  });
});

/** Since when the node that was removed because nothing needed it had been unneeded. */
function removedAsUnneeded(operation: Operation): number | undefined {
  if (operation.kind !== 'remove' || operation.step !== 'removed') return undefined;
  const reason = operation.reasons.find(({ code }) => code === 'low-load' || code === 'unneeded');
  if (reason === undefined) return undefined;
  const sinceMs = reason.facts?.['unneededSinceMs'];
  return typeof sinceMs === 'number' ? sinceMs : operation.createdAtMs;
}
