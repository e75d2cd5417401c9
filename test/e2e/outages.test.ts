import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectWholeTrail } from './faults/audit-trail.ts';
import { LaunchesAndRemovals, type OperationKind } from './faults/launches-and-removals.ts';
import { changesBy } from './faults/mutating-calls.ts';
import { expectNothingLeaked, workers } from './harness/fleet-state.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { startWorld, type World } from './harness/world.ts';

const PAUSE_MS = 60_000;
let world: World;
let fleet: LaunchesAndRemovals;

beforeAll(async () => {
  world = await startWorld('outages');
  fleet = await LaunchesAndRemovals.start(world);
});

afterAll(async () => {
  await world?.stop();
});

async function expectAllWhole(kind: OperationKind): Promise<void> {
  await fleet.untilWhole(kind);
  await expectWholeTrail(world);
  await expectNothingLeaked(world);
}

const ACTIONS = { launch: 'CreateFleet', removal: 'TerminateInstances' } as const;
const BY_TURNS = ['launch', 'removal'] as const;

/** What EC2 does to the call that matters, and what its calls come to in the end. */
const ANSWERS = [
  {
    what: 'carries the call out and loses the answer',
    arrange: (action: string) => world.proxy.loseAnswers(action),
    // That a machine is going is seen without asking for it once more.
    outcomes: { launch: ['lost', 'replayed'], removal: ['lost'] },
  },
  {
    what: 'has an internal error, twice',
    arrange: (action: string) => world.proxy.failNext(action, { status: 500, code: 'InternalError' }, 2),
    outcomes: {
      launch: ['injected', 'injected', 'forwarded'],
      removal: ['injected', 'injected', 'forwarded'],
    },
  },
  {
    what: 'throttles, twice',
    arrange: (action: string) => world.proxy.throttleNext(action, 2),
    outcomes: {
      launch: ['injected', 'injected', 'forwarded'],
      removal: ['injected', 'injected', 'forwarded'],
    },
  },
] as const;
const BAD_ANSWERS = ANSWERS.flatMap((answer) => BY_TURNS.map((kind) => ({ ...answer, kind })));

/** The tests build on one another. */
describe('EC2', () => {
  it.each(BAD_ANSWERS)('that $what: one $kind, and nothing twice', async ({ kind, arrange, outcomes }) => {
    await fleet.prepare(kind);
    const before = world.proxy.callsOf(ACTIONS[kind]).length;
    arrange(ACTIONS[kind]);
    await fleet.begin(kind);
    await expectAllWhole(kind);
    const calls = world.proxy.callsOf(ACTIONS[kind]).slice(before);
    expect(calls.map(({ outcome }) => outcome)).toEqual(outcomes[kind]);
  });

  it('that answers a launch only when its machine has joined already: one machine, admitted', async () => {
    await fleet.prepare('launch');
    const held = world.proxy.hold('CreateFleet', 'after');
    await fleet.begin('launch');
    await held.reached();
    await eventually('a third Node', async () => (await workers(world.kube)).length === 3);
    held.release();
    await expectAllWhole('launch');
  });

  it('that answers a removal only when the machine is gone already: one Node less', async () => {
    await fleet.prepare('removal');
    const held = world.proxy.hold('TerminateInstances', 'after');
    await fleet.begin('removal');
    await held.reached();
    await eventually('two live machines', () => world.bridge.aliveNames().length === 2);
    held.release();
    await expectAllWhole('removal');
  });

  it.each(BY_TURNS)('that cannot list instances for a while: one %s all the same', async (kind) => {
    await fleet.prepare(kind);
    const before = world.proxy.calls.length;
    world.proxy.throttleNext('DescribeInstances', 3);
    world.proxy.failNext('DescribeInstances', { status: 500, code: 'InternalError' }, 3);
    await fleet.begin(kind);
    await expectAllWhole(kind);
    const met = world.proxy.calls.slice(before).filter(({ outcome }) => outcome === 'injected');
    expect(met.length).toBeGreaterThan(0);
  });
});

describe('an API server that is restarted', () => {
  beforeAll(() => fleet.replicas.keepRunning(true));
  afterAll(() => fleet.replicas.keepRunning(false));

  it.each([
    ['launch', 'CreateFleet'],
    ['removal', 'TerminateInstances'],
  ] as const)('in the middle of a %s does not keep it from its end', async (kind, action) => {
    await fleet.prepare(kind);
    const held = world.proxy.hold(action, 'after');
    await fleet.begin(kind);
    await held.reached();
    const fromMs = performance.now();
    await world.controlPlane.restartApiServer(async () => held.release());
    await expectAllWhole(kind);
    measured({
      scenario: 'API server restarted',
      what: `killed in mid-${kind} → all whole again`,
      seconds: (performance.now() - fromMs) / 1000,
    });
  });

  it('in the middle of a drain does not keep it from its end', async () => {
    await fleet.prepare('removal');
    const held = world.gate.holdEvictions();
    await fleet.begin('removal');
    await held.reached();
    await world.controlPlane.restartApiServer(async () => held.release());
    await expectAllWhole('removal');
  });
});

describe('a leader that stands still for a minute', () => {
  it('changes nothing when it goes on: another has led since, and this one ends', async () => {
    await fleet.prepare('launch');
    const { leader } = fleet.replicas;
    const held = world.proxy.hold('CreateFleet', 'after', leader.name);
    await fleet.begin('launch');
    await held.reached();
    const fromMs = performance.now();
    const paused = await fleet.replicas.pauseLeader();
    measured({
      scenario: 'leader stands still',
      what: 'SIGSTOP → the other one has decided',
      seconds: (performance.now() - fromMs) / 1000,
    });
    await fleet.untilWhole('launch');
    await fleet.begin('removal');
    await expectAllWhole('removal');
    // The answer that it waits for is there when it goes on.
    held.release();
    await eventually('the minute to be over', () => performance.now() - fromMs >= PAUSE_MS);
    const resumedMs = performance.now();
    paused.resume();
    await paused.ended;
    expect(changesBy(paused.name, world, resumedMs)).toEqual([]);
    expect(paused.log().at(-1)?.['msg']).toContain('the lease is lost');
    await expectAllWhole('removal');
  });
});
