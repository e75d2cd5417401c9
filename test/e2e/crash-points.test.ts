import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeTrail } from './faults/audit-trail.ts';
import { ENDS, LaunchesAndRemovals } from './faults/launches-and-removals.ts';
import { callsSince, holdCall, REMOVAL_CALLS } from './faults/mutating-calls.ts';
import { expectNothingLeaked } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { startWorld, type World } from './harness/world.ts';

let world: World;
let fleet: LaunchesAndRemovals;

beforeAll(async () => {
  world = await startWorld('crash-points');
  fleet = await LaunchesAndRemovals.start(world);
});

afterAll(async () => {
  await world?.stop();
});

describe('a leader that lives', () => {
  it.each(['launch', 'removal'] as const)('makes these calls, and no others, for a %s', async (kind) => {
    await fleet.prepare(kind);
    const fromMs = performance.now();
    await fleet.begin(kind);
    await fleet.untilWhole(kind);
    await expectWholeTrail(world);
    expect(callsSince(world, fromMs)).toEqual(ENDS[kind].calls);
  });
});

/**
 * `after`: the call is made, and the leader dies before it hears the answer. `before`: it dies with the call on its way, which
 * arrives when another leads already.
 */
const DEATHS = [
  { where: 'after', death: 'its answer unheard' },
  { where: 'before', death: 'the call arriving late' },
] as const;
const POINTS = DEATHS.flatMap((death) =>
  REMOVAL_CALLS.flatMap((_, index) =>
    (['launch', 'removal'] as const).flatMap((kind) => {
      const call = ENDS[kind].calls[index];
      return call === undefined ? [] : [{ ...death, kind, index, call, turn: index + 1 }];
    }),
  ),
);

describe('a leader that is killed', () => {
  const slowestSeconds = { launch: 0, removal: 0 };

  afterAll(() => {
    for (const kind of ['launch', 'removal'] as const) {
      const what = `killed in a ${kind} → all whole again, the slowest point (its lease ended by the test)`;
      measured({ scenario: 'crash points', what, seconds: slowestSeconds[kind] });
    }
  });

  it.each(POINTS)(
    'at call $turn of a $kind ($call), $death, is followed by one that brings it to one end',
    async ({ kind, index, where }) => {
      await fleet.prepare(kind);
      const held = holdCall(world, ENDS[kind].calls, { index, where });
      await fleet.begin(kind);
      await held.reached();
      const fromMs = performance.now();
      await fleet.replicas.killLeader();
      held.release();
      await fleet.untilWhole(kind);
      await expectWholeTrail(world);
      await expectNothingLeaked(world);
      slowestSeconds[kind] = Math.max(slowestSeconds[kind], (performance.now() - fromMs) / 1000);
    },
  );
});
