import type { Operation } from '../../../model/operation.ts';
import type { Reason } from '../../../model/reason.ts';
import type { RemovalBudget } from '../../../policy/policy-schema.ts';
import { firstStartAfter, type Recurring } from '../../text/cron-times.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * The budget that allows no further removal now, with its reason and, where only the past hour is in the way, when it
 * allows one again. Removals that began within the hour count, whatever became of them; dead nodes that were replaced do not.
 */
export function spentBudget(
  budgets: readonly RemovalBudget[],
  operations: readonly Operation[],
  nowMs: number,
): { readonly reason: Reason; readonly untilMs?: number } | undefined {
  if (budgets.length === 0) return undefined;
  const begun = operations
    .filter((operation) => operation.kind === 'remove' && operation.isRepair !== true)
    .map((operation) => Math.min(operation.createdAtMs, nowMs))
    .filter((atMs) => atMs > nowMs - HOUR_MS)
    .sort((a, b) => a - b);
  const spent = budgets.find((budget) => holds(budget, nowMs) && begun.length >= budget.maxNodesPerHour);
  if (spent === undefined) return undefined;
  const text = `${begun.length} removals began within the hour, the budget ${spent.name} allows ${spent.maxNodesPerHour}`;
  const facts = { begun: begun.length, maxNodesPerHour: spent.maxNodesPerHour };
  const reason: Reason = { code: 'removal-budget', text, facts };
  const first = begun[begun.length - spent.maxNodesPerHour];
  return first === undefined ? { reason } : { reason, untilMs: first + HOUR_MS };
}

function holds(budget: RemovalBudget, nowMs: number): boolean {
  if (!isRecurring(budget)) return true;
  const lastStart = firstStartAfter(budget, nowMs - budget.durationMinutes * MINUTE_MS);
  return lastStart !== undefined && lastStart <= nowMs;
}

/** A budget without times always holds. */
function isRecurring(
  budget: RemovalBudget,
): budget is RemovalBudget & Recurring & { readonly durationMinutes: number } {
  return budget.start !== undefined && budget.durationMinutes !== undefined;
}
