import { describe, expect, it } from '@jest/globals';
import type { Action, LaunchAction, RemoveAction } from '../../src/model/plan.ts';
import { headline } from '../../src/report/page/headline.ts';
import { outcomeOf } from '../../src/report/plan-purpose.ts';
import { aPlan } from '../builders/plan.ts';

const COMMON = { operationId: 'op', reasons: [], deadlineMs: 0, graceLimitSeconds: 1 };

function launch(parts: Partial<LaunchAction> = {}): Action {
  return { ...COMMON, kind: 'launch', offerings: [], nominatedPods: [], startsCooldown: false, ...parts };
}

function remove(parts: Partial<RemoveAction> = {}): Action {
  return { ...COMMON, kind: 'remove', nodeName: 'i-1', instanceId: 'i-1', ...parts };
}

const replaces = { instanceId: 'i-1', interruption: 'spot-warning' } as const;
const expedite: Action = { ...COMMON, kind: 'expedite-removal', nodeName: 'i-1' };
const abort: Action = { ...COMMON, kind: 'abort-removal', nodeName: 'i-1' };

describe('the purpose of a decision', () => {
  it.each<[string, Action[], string, string]>([
    ['growth', [launch(), launch()], 'grow', 'launch 2 nodes: 2 → 2'],
    ['filling the warm pool', [launch({ forPool: true })], 'pool', 'launch 1 machine for the warm pool'],
    [
      'buying for consolidation',
      [launch({ consolidates: ['a', 'b'] }), launch({ consolidates: ['a', 'b'] })],
      'consolidate',
      'launch 2 nodes to replace 2',
    ],
    [
      'making up for a spot machine',
      [launch({ replaces })],
      'replace',
      'launch 1 node in place of what AWS takes back',
    ],
    ['shrinking', [remove()], 'shrink', 'remove 1 node: 2 → 2'],
    ['repair', [remove({ isRepair: true })], 'repair', 'remove 1 dead node'],
    [
      'emptying the warm pool',
      [remove({ isRepair: true, fromPool: true })],
      'pool',
      'remove 1 machine of the warm pool',
    ],
    [
      'a drain before AWS takes the machine',
      [remove({ interruption: 'rebalance' })],
      'replace',
      'remove 1 node that AWS takes back',
    ],
    ['an expedited removal', [expedite], 'expedite', 'expedite the removal of 1 node'],
    ['turning back a removal', [abort], 'abort', 'call off the removal of 1 node'],
    [
      'growth beside an expedited removal',
      [expedite, launch()],
      'grow',
      'launch 1 node, expedite the removal of 1 node: 2 → 2',
    ],
  ])('of %s is named in outcome and headline', (_what, actions, outcome, line) => {
    const plan = aPlan({ actions });
    expect([outcomeOf(plan), headline(plan)]).toEqual([outcome, line]);
  });

  it('says how many workers are wanted whenever that number changes', () => {
    const plan = aPlan({ actions: [launch({ replaces })], desiredNodes: 3 });
    expect(headline(plan)).toBe('launch 1 node in place of what AWS takes back: 2 → 3');
  });
});
