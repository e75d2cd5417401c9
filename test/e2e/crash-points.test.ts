import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeTrail } from './faults/audit-trail.ts';
import { callsSince, holdCall, LAUNCH_CALLS, REMOVAL_CALLS } from './faults/mutating-calls.ts';
import { ReplicaPair } from './faults/replica-pair.ts';
import { expectNothingLeaked, untilSettled } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { STEADY, testPolicy } from './harness/test-policy.ts';
import { deploy, runningPods, scale } from './harness/workloads.ts';
import { startWorld, type World } from './harness/world.ts';

const APP = 'web';
let world: World;
let pair: ReplicaPair;

beforeAll(async () => {
  world = await startWorld('crash-points');
  world.exporters.setAll(STEADY);
  await atMost(2);
  pair = await ReplicaPair.start(world);
  // Two fit on a machine.
  await deploy(world.kube, { name: APP, replicas: 4, cpu: '900m' });
  await untilSettled(world, 2);
  await untilRunning(4);
});

afterAll(async () => {
  await world?.stop();
});

async function atMost(max: number): Promise<void> {
  await world.setPolicy(testPolicy({ max, minNodeAgeSeconds: 0, drainTimeoutSeconds: 60 }));
}

async function untilRunning(count: number): Promise<void> {
  await eventually(
    `${count} running pods`,
    async () => (await runningPods(world.kube, APP)).length === count,
  );
}

/** What makes one operation of a kind begin, and where it leads. */
const STORIES = {
  launch: {
    calls: LAUNCH_CALLS,
    begin: async () => {
      await atMost(3);
      await scale(world.kube, APP, 5);
    },
    workers: 3,
    pods: 5,
  },
  removal: {
    calls: REMOVAL_CALLS,
    begin: async () => {
      await scale(world.kube, APP, 4);
      await untilRunning(4);
      await atMost(2);
    },
    workers: 2,
    pods: 4,
  },
} as const;
type Kind = keyof typeof STORIES;

let last: Kind = 'removal';

/** A launch follows a removal and a removal a launch; what lies between is told without a disturbance. */
async function begin(kind: Kind): Promise<void> {
  if (last === kind) {
    const between = kind === 'launch' ? 'removal' : 'launch';
    await STORIES[between].begin();
    await untilWhole(between);
  }
  last = kind;
}

async function untilWhole(kind: Kind): Promise<void> {
  await untilSettled(world, STORIES[kind].workers, { everyMs: 50 });
  await untilRunning(STORIES[kind].pods);
}

describe('a leader that lives', () => {
  it.each(['launch', 'removal'] as const)('makes these calls, and no others, for a %s', async (kind) => {
    await begin(kind);
    const fromMs = performance.now();
    await STORIES[kind].begin();
    await untilWhole(kind);
    await expectWholeTrail(world);
    expect(callsSince(world, fromMs)).toEqual(STORIES[kind].calls);
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
      const call = STORIES[kind].calls[index];
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
      await begin(kind);
      const held = holdCall(world, STORIES[kind].calls, { index, where });
      await STORIES[kind].begin();
      await held.reached();
      const fromMs = performance.now();
      await pair.killLeader();
      held.release();
      await untilWhole(kind);
      await expectWholeTrail(world);
      await expectNothingLeaked(world);
      slowestSeconds[kind] = Math.max(slowestSeconds[kind], (performance.now() - fromMs) / 1000);
    },
  );
});
