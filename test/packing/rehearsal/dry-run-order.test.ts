import { describe, expect, it } from '@jest/globals';
import type { PlannedPod } from '../../../src/packing/rehearsal/binding-order.ts';
import { withDryRunOrder } from '../../../src/packing/rehearsal/dry-run-order.ts';
import { SchedulerDryRuns } from '../../../src/packing/rehearsal/scheduler-dry-run.ts';
import { RandomStream } from '../../../src/simulate/base/random-stream.ts';
import { readCluster } from '../../e2e/scheduler/read-cluster.ts';
import { drawWorkload } from '../../e2e/scheduler/workload.ts';
import { type Planned, planned } from '../planned-pods.ts';

const PLANS = Array.from({ length: 16 }, (_, index) => {
  const { pods, daemonSets, offerings } = drawWorkload(`rehearsed-${index}`);
  const read = readCluster([...pods, ...daemonSets]);
  return planned(read.pods, offerings, read.daemons);
});
const RUNS = 3;

/** How many pods find no place in this order, over some plays whose chances no search has seen. */
function unscheduledIn({ context }: Planned, order: readonly PlannedPod[]): number {
  const rehearsals = new SchedulerDryRuns(context, nodesOf(order));
  const chance = new RandomStream('unseen');
  const runs = Array.from({ length: RUNS }, () =>
    rehearsals.run(order, (choices) => chance.integer(choices)),
  );
  return runs.reduce((sum, { unscheduled }) => sum + unscheduled.length, 0);
}

function nodesOf(order: readonly PlannedPod[]) {
  return [...new Set(order.map(({ bin }) => bin))];
}

function usdOf(order: readonly PlannedPod[]): number {
  return nodesOf(order).reduce((sum, { priceUsd }) => sum + priceUsd, 0);
}

describe('a rehearsed plan', () => {
  const answers = PLANS.map((plan) => ({ plan, order: withDryRunOrder(plan.context, plan.pods, []) }));

  it('leaves the scheduler, whatever ties it has to break, almost no pod without a place', () => {
    const pods = PLANS.reduce((sum, plan) => sum + RUNS * plan.pods.length, 0);
    const before = PLANS.reduce((sum, plan) => sum + unscheduledIn(plan, plan.pods), 0);
    const after = answers.reduce((sum, { plan, order }) => sum + unscheduledIn(plan, order), 0);
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
    const [{ context }] = PLANS as [Planned];
    expect(withDryRunOrder(context, many, [])).toBe(many);
  });
});
