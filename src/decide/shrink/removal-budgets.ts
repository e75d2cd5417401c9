import { Cron } from 'croner';
import type { Operation } from '../../model/operation.ts';
import type { Reason } from '../../model/reason.ts';
import type { RemovalBudget } from '../../policy/policy-schema.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Parsing an expression is dear beside asking it, and a policy's budgets are the same object round after round. */
const parsed = new WeakMap<RemovalBudget, Cron>();

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
  const reason = { code: 'removal-budget', text, facts };
  const first = begun[begun.length - spent.maxNodesPerHour];
  return first === undefined ? { reason } : { reason, untilMs: first + HOUR_MS };
}

function holds(budget: RemovalBudget, nowMs: number): boolean {
  const { start, durationMinutes } = budget;
  if (start === undefined || durationMinutes === undefined) return true;
  let cron = parsed.get(budget);
  if (cron === undefined) {
    cron = new Cron(start, { timezone: budget.timeZone });
    parsed.set(budget, cron);
  }
  const lastStart = cron.nextRun(new Date(nowMs - durationMinutes * MINUTE_MS))?.getTime();
  return lastStart !== undefined && lastStart <= nowMs;
}
