import { describe, expect, it } from '@jest/globals';
import type { PlannedPod } from '../../../src/packing/rehearsal/binding-order.ts';
import { Rehearsals } from '../../../src/packing/rehearsal/rehearsal.ts';
import { rehearsed } from '../../../src/packing/rehearsal/rehearsed-order.ts';
import { Chance } from '../../../src/simulate/base/chance.ts';
import { readCluster } from '../../e2e/scheduler/read-cluster.ts';
import { drawWorkload } from '../../e2e/scheduler/workload.ts';
import { type Planned, planned } from '../planned-pods.ts';

const PLANS = Array.from({ length: 16 }, (_, index) => {
  const { pods, daemonSets, offerings } = drawWorkload(`rehearsed-${index}`);
  const read = readCluster([...pods, ...daemonSets]);
  return planned(read.pods, offerings, read.daemons);
});
const PLAYS = 3;

/** How many pods find no place in this order, over some plays whose chances no search has seen. */
function lateIn({ bench }: Planned, order: readonly PlannedPod[]): number {
  const rehearsals = new Rehearsals(bench, nodesOf(order));
  const chance = new Chance('unseen');
  const plays = Array.from({ length: PLAYS }, () =>
    rehearsals.play(order, (choices) => chance.integer(choices)),
  );
  return plays.reduce((sum, { late }) => sum + late.length, 0);
}

function nodesOf(order: readonly PlannedPod[]) {
  return [...new Set(order.map(({ draft }) => draft))];
}

function usdOf(order: readonly PlannedPod[]): number {
  return nodesOf(order).reduce((sum, { priceUsd }) => sum + priceUsd, 0);
}

describe('a rehearsed plan', () => {
  const answers = PLANS.map((plan) => ({ plan, order: rehearsed(plan.bench, plan.pods, []) }));

  it('leaves the scheduler, whatever ties it has to break, almost no pod without a place', () => {
    const pods = PLANS.reduce((sum, plan) => sum + PLAYS * plan.pods.length, 0);
    const before = PLANS.reduce((sum, plan) => sum + lateIn(plan, plan.pods), 0);
    const after = answers.reduce((sum, { plan, order }) => sum + lateIn(plan, order), 0);
    expect(before / pods).toBeGreaterThan(0.02);
    expect(after / pods).toBeLessThan(0.01);
  });

  it('places the same pods and never costs more', () => {
    for (const { plan, order } of answers) {
      expect(new Set(order.map(({ pod }) => pod))).toEqual(new Set(plan.pods.map(({ pod }) => pod)));
      expect(usdOf(order)).toBeLessThanOrEqual(usdOf(plan.pods) + 1e-9);
    }
  });

  it('is as it was where rehearsing would take too long', () => {
    const many = PLANS.flatMap(({ pods }) => pods);
    const [{ bench }] = PLANS as [Planned];
    expect(rehearsed(bench, many, [])).toBe(many);
  });
});
