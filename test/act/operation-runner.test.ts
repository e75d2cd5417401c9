import { describe, expect, it } from '@jest/globals';
import { OperationRunner } from '../../src/act/operation-runner.ts';
import type { Operation } from '../../src/model/operation.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../builders/fleet.ts';
import { aPod } from '../builders/pod.ts';
import { ActWorld } from '../fakes/act-world.ts';

function aRunner(world = new ActWorld()) {
  const stop = new AbortController();
  const runner = new OperationRunner(world.ports, () => undefined);
  runner.start(stop.signal);
  const stopped = () => {
    stop.abort();
    return runner.stopped();
  };
  const deadlineMs = world.clock.now() + 300_000;
  const createdAtMs = world.clock.now();
  return { world, runner, stopped, launch: aLaunch({ createdAtMs, deadlineMs }) };
}

/** A worker with a pod that a budget holds, and its removal. */
function aHeldDrain(world: ActWorld): Operation {
  world.cluster.nodes = [aNode()];
  world.cluster.pods = [aPod({ name: 'p1', nodeName: 'i-1' })];
  world.cloud.list = [anInstance()];
  const held = { status: 'blocked', budget: 'web', retryAfterMs: undefined } as const;
  world.cluster.scriptedEvictions.push(...Array.from({ length: 100 }, () => held));
  const nowMs = world.clock.now();
  return aRemoval({ createdAtMs: nowMs, deadlineMs: nowMs + 300_000 });
}

const stepOf = async (world: ActWorld) => (await world.ledger.list()).at(-1)?.step;

describe('OperationRunner', () => {
  it('takes an operation as far as it goes, woken by changes of the cluster', async () => {
    const { world, runner, launch, stopped } = aRunner();
    runner.track([launch]);
    await world.clock.advance(0);
    expect(await stepOf(world)).toBe('launched');
    world.cluster.nodes = [aNode({ name: 'i-made-1' })];
    runner.wake();
    await world.clock.advance(50);
    expect(await stepOf(world)).toBe('ready');
    await stopped();
  });

  it('takes up no operation twice, and none that it has seen end', async () => {
    const { world, runner, launch, stopped } = aRunner();
    world.cloud.scriptedLaunches.push('quota');
    runner.track([launch, launch]);
    await world.clock.advance(0);
    runner.track([launch]);
    await world.clock.advance(60_000);
    expect(world.cloud.requests).toHaveLength(1);
    expect(runner.freshest([launch])).toMatchObject([{ step: 'failed' }]);
    await stopped();
  });

  it('takes an ended operation up again when it was found to be left over later', async () => {
    const { world, runner, launch, stopped } = aRunner();
    world.cloud.scriptedLaunches.push('quota');
    runner.track([launch]);
    await world.clock.advance(0);
    runner.track([{ ...launch, createdAtMs: launch.createdAtMs + 1 }]);
    await world.clock.advance(0);
    expect(world.cloud.requests).toHaveLength(2);
    await stopped();
  });

  it('tries a step that failed again in time, though the time of day is set back by an hour (F13)', async () => {
    const { world, runner, launch, stopped } = aRunner();
    world.ledger.failures.put = 1;
    runner.track([launch]);
    await world.clock.advance(0);
    world.clock.jump(-3_600_000);
    await world.clock.advance(10_000);
    expect(await stepOf(world)).toBe('launched');
    await stopped();
  });

  it('tells once of a step that keeps failing, and goes on when it succeeds', async () => {
    const { world, runner, launch, stopped } = aRunner();
    world.ledger.failures.put = 3;
    runner.track([launch]);
    await world.clock.advance(10_000);
    expect(world.notices().map(({ code }) => code)).toEqual(['operation-stuck']);
    expect(world.events.filter(({ kind }) => kind === 'notice')).toMatchObject([{ policy: launch.policy }]);
    expect(world.cloud.list).toHaveLength(1);
    expect(await stepOf(world)).toBe('launched');
    await stopped();
  });

  it('does not let a change of the cluster shorten the pause after a failure', async () => {
    const { world, runner, launch, stopped } = aRunner();
    world.ledger.failures.put = 1;
    runner.track([launch]);
    await world.clock.advance(100);
    runner.wake();
    await world.clock.advance(800);
    expect(world.cloud.requests).toHaveLength(1);
    await world.clock.advance(200);
    expect(world.cloud.requests).toHaveLength(2);
    await stopped();
  });

  it('turns a removal back when asked to (F57)', async () => {
    const { world, runner, stopped } = aRunner();
    runner.track([aHeldDrain(world)]);
    await world.clock.advance(5_000);
    runner.abort('op-2', [{ code: 'load-rose', text: 'CPU is at 91 %.' }]);
    runner.abort('no-such-removal', []);
    await world.clock.advance(0);
    expect(await stepOf(world)).toBe('aborted');
    expect(world.cluster.nodes).toMatchObject([{ isUnschedulable: false }]);
    await stopped();
  });

  it('gives a launch up when asked to, and terminates what it made (R56)', async () => {
    const { world, runner, launch, stopped } = aRunner();
    runner.track([launch]);
    await world.clock.advance(1_000);
    expect(world.cloud.list).toHaveLength(1);
    runner.abort(launch.id, [{ code: 'above-maximum', text: 'too many' }]);
    await world.clock.advance(60_000);
    expect(await stepOf(world)).toBe('failed');
    expect(world.calls()).toEqual([`launch ${launch.id}.1`, 'terminate i-made-1']);
    await stopped();
  });

  it('holds its evictions back although every change of the cluster wakes it', async () => {
    const { world, runner, stopped } = aRunner();
    runner.track([aHeldDrain(world)]);
    for (let i = 0; i < 100; i += 1) {
      runner.wake();
      await world.clock.advance(100);
    }
    const evictions = world.calls().filter((call) => call.startsWith('evict'));
    expect(evictions.length).toBeLessThanOrEqual(5);
    await stopped();
  });

  it('stands where it stood while the lease is away, and goes on by itself when it is back', async () => {
    const { world, runner, launch, stopped } = aRunner();
    world.isLeader = false;
    runner.track([launch]);
    await world.clock.advance(5_000);
    expect(world.log).toEqual([]);
    world.isLeader = true;
    await world.clock.advance(2_000);
    expect(await stepOf(world)).toBe('launched');
    await stopped();
  });

  it('does not take a step for made that it could not write down for want of the lease', async () => {
    const { world, runner, launch, stopped } = aRunner();
    world.isLeader = false;
    runner.track([{ ...launch, deadlineMs: world.clock.now() }]);
    await world.clock.advance(0);
    expect(runner.freshest([launch])).toMatchObject([{ step: 'intended' }]);
    await stopped();
  });

  it('forgets what it carried out when it is reset', async () => {
    const { world, runner, launch, stopped } = aRunner();
    runner.track([launch]);
    await world.clock.advance(0);
    runner.reset();
    expect(runner.freshest([launch])).toEqual([launch]);
    await stopped();
  });

  it('takes no step after it was stopped and leaves no timer', async () => {
    const { world, runner, stopped } = aRunner();
    runner.track([aHeldDrain(world)]);
    await world.clock.advance(0);
    await stopped();
    const made = world.log.length;
    runner.wake();
    await world.clock.advance(600_000);
    expect(world.log).toHaveLength(made);
    expect(world.clock.sleepers()).toBe(0);
  });
});
