import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { measured } from './harness/measurements.ts';
import { type Miss, storiesOf } from './scheduler/miss.ts';
import { planFleet } from './scheduler/plan-fleet.ts';
import { replayPlan } from './scheduler/replay-plan.ts';
import { SchedulerLab } from './scheduler/scheduler-lab.ts';
import { drawWorkload } from './scheduler/workload.ts';

/*
 * The packer against the real scheduler, on workloads with everything that may decide where a pod goes. Every run draws the same
 * ones; looking for new ones is a run of its own: SMARTSCALE_TEST_SEED=$RANDOM npm run test:e2e -- test/e2e/scheduler-differential.test.ts
 */
const SEED = process.env['SMARTSCALE_TEST_SEED'] ?? '20261124';
const WORKLOADS = Number(process.env['SMARTSCALE_WORKLOADS'] ?? 300);
const DEADLINE_MS = 1_800_000;

/** What the packer does not judge as the scheduler does. */
const WITHHELD = new Set([
  'a spread over zones with a least number of domains',
  'a spread over hosts with a least number of domains',
  'a spread with inclusion policies',
  'affinity to others in a zone',
  'affinity to others on a host',
  'affinity to two kinds at once',
  'affinity across namespaces',
  'anti-affinity across namespaces',
]);

let lab: SchedulerLab;

beforeAll(async () => {
  lab = await SchedulerLab.start();
});

afterAll(async () => {
  await lab?.stop();
});

describe('plans for random workloads', () => {
  it(
    'are accepted by the real scheduler pod by pod, and it refuses what they call unplaceable',
    async () => {
      const from = performance.now();
      const misses: Miss[] = [];
      const sum = { pods: 0, nodes: 0, bound: 0, refused: 0 };
      for (let index = 0; index < WORKLOADS; index += 1) {
        const planned = await planFleet(lab, drawWorkload(`${SEED}-${index}`, WITHHELD));
        const replay = await replayPlan(lab, planned);
        sum.pods += planned.workload.pods.length;
        sum.nodes += planned.nodes.length;
        sum.bound += replay.bound;
        sum.refused += replay.refused;
        misses.push(...replay.misses);
        await lab.clear();
      }
      const what = `${WORKLOADS} workloads, ${sum.pods} pods, ${sum.nodes} nodes: ${sum.bound} bound, ${sum.refused} refused, ${misses.length} misses`;
      measured({ scenario: 'plans, pod by pod', what, seconds: (performance.now() - from) / 1000 });
      expect(storiesOf(misses)).toBe('');
      expect(sum.bound + sum.refused).toBe(sum.pods);
    },
    DEADLINE_MS,
  );
});
