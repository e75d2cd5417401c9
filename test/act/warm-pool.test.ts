import { describe, expect, it } from '@jest/globals';
import { beginOperation } from '../../src/act/begin-operation.ts';
import { STARTUP_TAINT_KEY } from '../../src/model/node.ts';
import type { LaunchOperation } from '../../src/model/operation.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../builders/fleet.ts';
import { aPod } from '../builders/pod.ts';
import { ActWorld } from '../fakes/act-world.ts';

const ON_DEMAND = 't3.small/ap-southeast-1a/on-demand';
const SPOT = 't3.small/ap-southeast-1a/spot';
const HELD = { taints: [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }] };
const ASLEEP = { ...HELD, isReady: false };

/** A world with a machine in the warm pool, and the launch that starts it. */
function withWarm(parts: Partial<LaunchOperation> = {}): { world: ActWorld; operation: LaunchOperation } {
  const world = new ActWorld();
  world.cloud.list = [anInstance({ id: 'i-warm', state: 'stopped', operationId: 'op-fill', isWarm: true })];
  world.cluster.nodes = [aNode({ name: 'i-warm', ...ASLEEP })];
  const nowMs = world.clock.now();
  const starts = { instanceId: 'i-warm', offering: ON_DEMAND } as const;
  const operation = aLaunch({
    createdAtMs: nowMs,
    deadlineMs: nowMs + 300_000,
    offerings: [SPOT, ON_DEMAND],
    starts,
    instanceId: 'i-warm',
    ...parts,
  });
  return { world, operation };
}

/** A launch for the pool whose machine has joined. */
async function joined(world: ActWorld): Promise<LaunchOperation> {
  const nowMs = world.clock.now();
  const operation = aLaunch({ createdAtMs: nowMs, deadlineMs: nowMs + 300_000, forPool: true });
  const launched = await world.launchStep(operation);
  const id = launched.instanceId ?? '';
  world.cloud.move(id, 'running');
  world.cluster.nodes = [aNode({ name: id, ...HELD })];
  return launched;
}

describe('starting a machine of the warm pool', () => {
  it('buys nothing and admits its node once it is ready', async () => {
    const { world, operation } = withWarm();
    const launched = await world.launch(operation, 'launched');
    expect(world.calls()).toEqual(['start i-warm']);
    expect(launched).toMatchObject({ instanceId: 'i-warm', offering: ON_DEMAND });
    world.cluster.nodes = [aNode({ name: 'i-warm', ...HELD })];
    const ended = await world.launch(launched);
    expect(ended.step).toBe('ready');
    expect(world.calls()).toEqual(['start i-warm', 'admit i-warm']);
  });

  it('starts it again after a lost answer, and never buys beside it', async () => {
    const { world, operation } = withWarm();
    world.cloud.scriptedStarts.push('lost-answer', 'transient');
    const launched = await world.launch(operation, 'launched');
    expect(world.calls()).toEqual(['start i-warm', 'start i-warm', 'start i-warm']);
    expect(launched.instanceId).toBe('i-warm');
  });

  it('buys one at once when EC2 has no machine for it, spot first as it was wanted, and leaves it in the pool', async () => {
    const { world, operation } = withWarm();
    world.cloud.scriptedStarts.push('capacity');
    const launched = await world.launch(operation, 'launched');
    expect(world.calls()).toEqual(['start i-warm', 'launch op-1.2']);
    expect(world.cloud.requests[0]?.offerings).toEqual([SPOT]);
    expect(launched.instanceId).not.toBe('i-warm');
    expect(launched.faults).toMatchObject([{ class: 'capacity', offerings: [ON_DEMAND] }]);
    expect(world.notices().map(({ code }) => code)).toEqual(['warm-start-failed']);
    expect(world.cloud.list.find(({ id }) => id === 'i-warm')?.state).toBe('stopped');
  });

  it('buys one when it may not start, and does not count that as a denied launch', async () => {
    for (const fault of ['authorization', 'configuration', 'quota'] as const) {
      const { world, operation } = withWarm();
      world.cloud.scriptedStarts.push(fault);
      const launched = await world.launch(operation, 'launched');
      expect(world.calls()).toEqual(['start i-warm', 'launch op-1.2']);
      expect(launched.faults).toEqual([]);
    }
  });

  it('buys one when EC2 calls a machine that is gone only in a wrong state', async () => {
    const { world, operation } = withWarm();
    world.cloud.move('i-warm', 'terminated');
    world.cloud.scriptedStarts.push('transient');
    await world.launch(operation, 'launched');
    expect(world.calls()).toEqual(['start i-warm', 'launch op-1.2']);
  });

  it('goes on to on-demand when spot is refused after it', async () => {
    const { world, operation } = withWarm();
    world.cloud.scriptedStarts.push('capacity');
    world.cloud.scriptedLaunches.push('capacity');
    await world.launch(operation, 'launched');
    expect(world.calls()).toEqual(['start i-warm', 'launch op-1.2', 'launch op-1.3']);
  });

  it('ends the machine when nobody can say whether it started', async () => {
    const { world, operation } = withWarm();
    world.cloud.scriptedStarts.push(...Array.from({ length: 60 }, () => 'unreachable' as const));
    const ended = await world.launch(operation);
    expect(ended).toMatchObject({ step: 'failed', outcome: { code: 'launch-timeout' } });
    expect(world.cloud.list).toMatchObject([{ id: 'i-warm', state: 'shutting-down' }]);
    expect(world.cluster.nodes).toEqual([]);
  });

  it('ends a machine that EC2 started and stopped again', async () => {
    const { world, operation } = withWarm();
    const launched = await world.launch(operation, 'launched');
    world.cloud.move('i-warm', 'stopped');
    const startMs = world.clock.now();
    const ended = await world.launch(launched);
    expect(ended).toMatchObject({ step: 'failed', outcome: { code: 'warm-start-failed' } });
    expect(world.clock.now() - startMs).toBeLessThan(60_000);
    expect(world.cloud.list).toMatchObject([{ state: 'shutting-down' }]);
  });

  it('calls nothing without the lease', async () => {
    const { world, operation } = withWarm();
    world.isLeader = false;
    await world.launchStep(operation);
    expect(world.log).toEqual([]);
  });
});

describe('filling the warm pool', () => {
  it('tags the machine, and stops it once it has joined, without admitting its node', async () => {
    const world = new ActWorld();
    const launched = await joined(world);
    expect(world.cloud.requests[0]?.tags).toMatchObject({ 'smartscale.dev/warm-pool': 'true' });
    const stopping = await world.launch(launched, 'stopping');
    const id = stopping.instanceId ?? '';
    await world.launchStep(stopping);
    expect(world.calls()).toEqual(['launch op-1.1', `stop ${id}`]);
  });

  it('is done only when EC2 shows the machine stopped and its node is silent', async () => {
    const world = new ActWorld();
    const stopping = await world.launch(await joined(world), 'stopping');
    const id = stopping.instanceId ?? '';
    expect((await world.launchStep(stopping)).step).toBe('stopping');
    world.cloud.move(id, 'stopped');
    await world.clock.advance(5_000);
    expect((await world.launchStep(stopping)).step).toBe('stopping');
    world.cluster.nodes = [aNode({ name: id, ...ASLEEP })];
    expect(await world.launchStep(stopping)).toMatchObject({ step: 'pooled', endedAtMs: expect.anything() });
    expect(world.calls()).toEqual(['launch op-1.1', `stop ${id}`]);
  });

  it('asks again, but not all the time, while EC2 still shows the machine running', async () => {
    const world = new ActWorld();
    const stopping = await world.launch(await joined(world), 'stopping');
    const id = stopping.instanceId ?? '';
    await world.launchStep(stopping);
    world.cloud.move(id, 'running');
    await world.clock.advance(5_000);
    await world.launchStep(stopping);
    expect(world.calls().filter((line) => line === `stop ${id}`)).toHaveLength(1);
    await world.clock.advance(10_000);
    await world.launchStep(stopping);
    expect(world.calls().filter((line) => line === `stop ${id}`)).toHaveLength(2);
  });

  it('keeps a machine that has pods, or lost its taint, as a worker', async () => {
    for (const isTainted of [true, false]) {
      const world = new ActWorld();
      const launched = await joined(world);
      const id = launched.instanceId ?? '';
      if (!isTainted) world.cluster.nodes = [aNode({ name: id })];
      else world.cluster.pods = [aPod({ nodeName: id })];
      const ended = await world.launch(launched);
      expect(ended.step).toBe('ready');
      expect(world.calls()).toEqual(['launch op-1.1', `admit ${id}`]);
    }
  });

  it('ends a machine whose node was deleted, or that does not stop in time', async () => {
    for (const isDeleted of [true, false]) {
      const world = new ActWorld();
      const stopping = await world.launch(await joined(world), 'stopping');
      if (isDeleted) world.cluster.nodes = [];
      const ended = await world.launch(stopping);
      expect(ended).toMatchObject({
        step: 'failed',
        outcome: { code: isDeleted ? 'node-lost' : 'stop-timeout' },
      });
      expect(world.cloud.list).toMatchObject([{ state: 'shutting-down' }]);
    }
  });

  it('ends when somebody terminates the machine', async () => {
    const world = new ActWorld();
    const stopping = await world.launch(await joined(world), 'stopping');
    world.cloud.move(stopping.instanceId ?? '', 'terminated');
    expect(await world.launch(stopping)).toMatchObject({
      step: 'failed',
      outcome: { code: 'instance-lost' },
    });
  });
});

describe('emptying the warm pool', () => {
  const removal = aRemoval({ nodeName: 'i-warm', instanceId: 'i-warm', isRepair: true, fromPool: true });

  it('terminates the stopped machine and deletes its node, without a cordon', async () => {
    const { world } = withWarm();
    expect((await world.remove(removal)).step).toBe('removed');
    expect(world.calls()).toEqual(['terminate i-warm', 'delete-node i-warm']);
  });

  it('leaves it alone when somebody has started it meanwhile', async () => {
    const { world } = withWarm();
    world.cluster.nodes = [aNode({ name: 'i-warm', ...HELD })];
    expect(await world.remove(removal)).toMatchObject({ step: 'aborted', outcome: { code: 'ready-again' } });
    expect(world.cloud.list).toMatchObject([{ state: 'stopped' }]);
  });
});

describe('beginning what the plan says of the warm pool', () => {
  const plan = {
    decisionId: 'd',
    decidedAtMs: 0,
    policy: { digest: 'x', revision: undefined },
    demands: [],
    currentNodes: 0,
    desiredNodes: 0,
    actions: [],
    refusals: [],
    kept: [],
  };
  const action = {
    kind: 'launch',
    operationId: 'op',
    offerings: [ON_DEMAND],
    nominatedPods: [],
    reasons: [],
    startsCooldown: false,
    deadlineMs: 1,
  } as const;

  it('names the machine from the first, so that it is nobody else’s', () => {
    const starts = { instanceId: 'i-warm', offering: ON_DEMAND } as const;
    expect(beginOperation({ ...action, starts }, plan, 0)).toMatchObject({ starts, instanceId: 'i-warm' });
    expect(beginOperation({ ...action, forPool: true }, plan, 0)).toMatchObject({ forPool: true });
  });
});
