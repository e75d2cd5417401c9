import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { measured } from './harness/measurements.ts';
import { storiesOf } from './scheduler/miss.ts';
import { planFleet } from './scheduler/plan-fleet.ts';
import { type Replay, replayPlan } from './scheduler/replay-plan.ts';
import { type FreeRun, scheduleFreely } from './scheduler/schedule-freely.ts';
import { SchedulerLab } from './scheduler/scheduler-lab.ts';
import { drawWorkload } from './scheduler/workload.ts';

/*
 * The packer against the real scheduler, on workloads with everything that may decide where a pod goes. Every run draws the same
 * ones; looking for new ones is a run of its own: SMARTSCALE_TEST_SEED=$RANDOM npm run test:e2e -- test/e2e/scheduler-differential.test.ts
 */
const SEED = process.env['SMARTSCALE_TEST_SEED'] ?? '20261124';
const WORKLOADS = Number(process.env['SMARTSCALE_WORKLOADS'] ?? 300);
const DEADLINE_MS = 1_800_000;
/** The goal is 1: tight fleets leave the scheduler little choice, and it spreads pods where the plan packs them. */
const MOST_LATE_PERCENT = 6;

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
  const replays: Replay[] = [];
  const runs: FreeRun[] = [];
  const sum = { pods: 0, nodes: 0, planned: 0, replaySeconds: 0, freeSeconds: 0 };

  beforeAll(async () => {
    for (let index = 0; index < WORKLOADS; index += 1) {
      const planned = await planFleet(lab, drawWorkload(`${SEED}-${index}`, WITHHELD));
      sum.pods += planned.workload.pods.length;
      sum.nodes += planned.nodes.length;
      sum.planned += planned.bindings.length;
      const from = performance.now();
      replays.push(await replayPlan(lab, planned));
      await lab.clearRun();
      const between = performance.now();
      sum.replaySeconds += (between - from) / 1000;
      runs.push(await scheduleFreely(lab, planned));
      await lab.clear();
      sum.freeSeconds += (performance.now() - between) / 1000;
    }
  }, DEADLINE_MS);

  it('are accepted by the real scheduler pod by pod, and it refuses what they call unplaceable', () => {
    const misses = replays.flatMap((replay) => replay.misses);
    const bound = replays.reduce((total, replay) => total + replay.bound, 0);
    const refused = replays.reduce((total, replay) => total + replay.refused, 0);
    measured({
      scenario: 'plans, pod by pod',
      what: `${WORKLOADS} workloads, ${sum.pods} pods, ${sum.nodes} nodes: ${bound} bound, ${refused} refused, ${misses.length} misses`,
      seconds: sum.replaySeconds,
    });
    expect(storiesOf(misses)).toBe('');
    expect(bound + refused).toBe(sum.pods);
  });

  it('hold when the scheduler chooses by itself: almost no pod needs a second round of nodes, and none a third', () => {
    const late = runs.flatMap((run) => run.late);
    const stranded = runs.flatMap((run) => run.stranded);
    const empty = runs.flatMap((run) => run.emptyNodes);
    const more = runs.reduce((total, run) => total + run.secondRoundNodes, 0);
    const keptOut = runs.reduce((total, run) => total + run.keptOut, 0);
    const share = (100 * late.length) / sum.planned;
    measured({
      scenario: 'plans, left to the scheduler',
      what: `${share.toFixed(2)} % of ${sum.planned} pods in a second round (${more} nodes), ${stranded.length} pending after it, ${keptOut} kept out by others, ${empty.length} nodes empty`,
      seconds: sum.freeSeconds,
    });
    expect(storiesOf(stranded)).toBe('');
    if (share > MOST_LATE_PERCENT) expect(storiesOf(late)).toBe('');
  });
});
