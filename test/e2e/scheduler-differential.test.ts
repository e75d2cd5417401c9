import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { measured } from './harness/measurements.ts';
import { storiesOf } from './scheduler/miss.ts';
import { planFleet } from './scheduler/plan-fleet.ts';
import { type Replay, replayPlan } from './scheduler/replay-plan.ts';
import { type FreeRun, scheduleFreely } from './scheduler/schedule-freely.ts';
import { SchedulerLab } from './scheduler/scheduler-lab.ts';
import { type Removal, shrinkFleet } from './scheduler/shrink-fleet.ts';
import { drawWorkload } from './scheduler/workload.ts';

/*
 * The packer against the real scheduler, on workloads with everything that may decide where a pod goes. Every run draws the same
 * ones; looking for new ones is a run of its own: SMARTSCALE_TEST_SEED=$RANDOM npm run test:e2e -- test/e2e/scheduler-differential.test.ts
 */
const SEED = process.env['SMARTSCALE_TEST_SEED'] ?? '20261124';
const WORKLOADS = Number(process.env['SMARTSCALE_WORKLOADS'] ?? 60);
const DEADLINE_MS = 1_800_000;
const MAX_LATE_PERCENT = 1;
/** The goals are none at all; several late pods may still take one another's new nodes. */
const MAX_STRANDED_PERCENT = 0.1;
const MAX_EMPTY_PERCENT = 0.2;
/** Of nodes that were drained: the scheduler need not put pods where the proof that they fit has put them. */
const MAX_FAULTY_PERCENT = 1;

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
  const removals: Removal[] = [];
  const sum = { pods: 0, nodes: 0, planned: 0, replaySeconds: 0, freeSeconds: 0, shrinkSeconds: 0 };

  beforeAll(async () => {
    for (let index = 0; index < WORKLOADS; index += 1) {
      const planned = await planFleet(lab, drawWorkload(`${SEED}-${index}`));
      sum.pods += planned.workload.pods.length;
      sum.nodes += planned.nodes.length;
      sum.planned += planned.bindings.length;
      const from = performance.now();
      replays.push(await replayPlan(lab, planned));
      await lab.clearRun();
      const between = performance.now();
      sum.replaySeconds += (between - from) / 1000;
      runs.push(await scheduleFreely(lab, planned));
      const before = performance.now();
      removals.push(...(await shrinkFleet(lab, planned)));
      await lab.clear();
      sum.freeSeconds += (before - between) / 1000;
      sum.shrinkSeconds += (performance.now() - before) / 1000;
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
    if ((100 * stranded.length) / sum.planned > MAX_STRANDED_PERCENT) expect(storiesOf(stranded)).toBe('');
    expect(empty.length).toBeLessThanOrEqual(Math.ceil((MAX_EMPTY_PERCENT * sum.nodes) / 100));
    if (share > MAX_LATE_PERCENT) expect(storiesOf(late)).toBe('');
  });

  it('can be shrunk: every pod of a removed node has a place on the others, and none moves that must not', () => {
    const drains = removals.filter(({ evicted }) => evicted > 0);
    const evicted = drains.reduce((total, removal) => total + removal.evicted, 0);
    const faulty = removals.filter(({ faults }) => faults.length > 0);
    measured({
      scenario: 'shrinking',
      what: `${drains.length} nodes drained of ${evicted} pods, ${removals.length - drains.length} empty ones removed, ${faulty.length} removals with a fault`,
      seconds: sum.shrinkSeconds,
    });
    expect(drains.length).toBeGreaterThan(WORKLOADS);
    if (faulty.length > Math.ceil((MAX_FAULTY_PERCENT * drains.length) / 100)) expect(faulty).toEqual([]);
    expect(
      faulty.flatMap(({ faults }) => faults).filter((fault) => !fault.includes('has no new place')),
    ).toEqual([]);
  });
});
