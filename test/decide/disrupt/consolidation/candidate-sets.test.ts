import { expect, test } from '@jest/globals';
import { candidateSets } from '../../../../src/decide/disrupt/consolidation/candidate-sets.ts';
import { buildDecisionContext } from '../../../../src/decide/state/decision-context.ts';
import { aNode } from '../../../builders/fleet.ts';
import { aPolicy } from '../../../builders/policy.ts';
import { aSnapshot } from '../../../builders/snapshot.ts';

const LOOK_MS = 600_000;
const NOW = 167 * LOOK_MS;

function setsAt(nowMs: number, workers: number): readonly string[] {
  const nodes = Array.from({ length: workers }, (_, i) =>
    aNode({ name: `i-${i + 10}`, lifecycle: i % 2 === 0 ? 'spot' : 'on-demand', createdAtMs: 0 }),
  );
  const context = buildDecisionContext(aPolicy({ nodes: { max: 20 } }), aSnapshot({ nodes }), { nowMs });
  return candidateSets(context).map((set) => set.map(({ id }) => id).join());
}

const sizeOf = (set: string) => set.split(',').length;

test('looks at every set of a small fleet each time', () => {
  const sets = setsAt(NOW, 6);
  expect(Map.groupBy(sets, sizeOf).get(1)).toHaveLength(6);
  expect(Map.groupBy(sets, sizeOf).get(2)).toHaveLength(4);
  expect(Map.groupBy(sets, sizeOf).get(3)).toHaveLength(2);
  expect(setsAt(NOW + LOOK_MS, 6)).toEqual(sets);
});

test('looks at pairs and threes of a fleet of many candidates, too', () => {
  const sizes = new Set(setsAt(NOW, 20).map(sizeOf));
  expect(sizes).toEqual(new Set([1, 2, 3]));
});

test('looks at every set of many within some looks, at most 16 at a time', () => {
  const looks = [0, 1, 2].map((look) => setsAt(NOW + look * LOOK_MS, 20));
  for (const sets of looks) expect(sets).toHaveLength(16);
  // Eight of each lifecycle: 16 alone, 14 pairs and 12 threes.
  expect(new Set(looks.flat()).size).toBe(42);
});
