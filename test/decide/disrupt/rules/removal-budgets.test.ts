import { describe, expect, it } from '@jest/globals';
import { spentBudget } from '../../../../src/decide/disrupt/rules/removal-budgets.ts';
import { aRemoval } from '../../../builders/fleet.ts';
import { aPolicy } from '../../../builders/policy.ts';

/** Monday, 10:00 in Dhaka. */
const NOW = Date.UTC(2026, 0, 5, 4, 0);
const MINUTE_MS = 60_000;

const budgetsOf = (...budgets: readonly object[]) => aPolicy({ shrink: { budgets } }).policy.shrink.budgets;
const begun = (...minutesAgo: readonly number[]) =>
  minutesAgo.map((minutes, i) => aRemoval({ id: `op-${i}`, createdAtMs: NOW - minutes * MINUTE_MS }));

describe('a budget of removals', () => {
  it('is spent by removals that began within the hour, and says when it has room again', () => {
    const two = budgetsOf({ name: 'all day', maxNodesPerHour: 2 });
    expect(spentBudget(two, begun(10, 70), NOW)).toBeUndefined();
    expect(spentBudget(two, begun(10, 50), NOW)).toMatchObject({
      reason: { code: 'removal-budget', facts: { begun: 2, maxNodesPerHour: 2 } },
      untilMs: NOW + 10 * MINUTE_MS,
    });
  });

  it('does not count dead nodes that were replaced', () => {
    const one = budgetsOf({ name: 'all day', maxNodesPerHour: 1 });
    const repair = aRemoval({ createdAtMs: NOW - MINUTE_MS, isRepair: true });
    expect(spentBudget(one, [repair], NOW)).toBeUndefined();
  });

  it('holds at its times only, in its own zone; zero forbids all', () => {
    const office = { name: 'office', maxNodesPerHour: 0, start: '0 9 * * 1-5', durationMinutes: 540 };
    expect(spentBudget(budgetsOf(office), [], NOW)).toMatchObject({ reason: { code: 'removal-budget' } });
    expect(spentBudget(budgetsOf({ ...office, timeZone: 'America/New_York' }), [], NOW)).toBeUndefined();
    expect(spentBudget(budgetsOf(office), [], NOW + 9 * 60 * MINUTE_MS)).toBeUndefined();
  });
});
