import { describe, expect, it } from '@jest/globals';
import { InstanceCache } from '../../src/observe/instance-cache.ts';
import { SnapshotInstances } from '../../src/observe/snapshot-instances.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../builders/fleet.ts';
import { ActWorld } from '../fakes/act-world.ts';

const nothing = { nodes: [], operations: [] };

async function aListed() {
  const world = new ActWorld();
  const cached = new SnapshotInstances(new InstanceCache(world), world.clock);
  world.cloud.list = [anInstance()];
  await cached.get(nothing, world.signal);
  return { world, cached };
}

describe('SnapshotInstances', () => {
  it('uses a young list again and asks nothing', async () => {
    const { world, cached } = await aListed();
    await world.clock.advance(4_999);
    expect(await cached.get(nothing, world.signal)).toMatchObject({ value: [{ id: 'i-1' }] });
    expect(world.cloud.calls.instances).toBe(1);
  });

  it('fetches the next list beside the round once this one is half as old as it may be', async () => {
    const { world, cached } = await aListed();
    world.cloud.list = [];
    await world.clock.advance(5_000);
    expect(await cached.get(nothing, world.signal)).toMatchObject({ value: [{ id: 'i-1' }] });
    await world.clock.advance(0);
    expect(await cached.get(nothing, world.signal)).toEqual({ status: 'known', value: [] });
  });

  it('asks EC2 every five seconds at most while rounds follow each other without a pause', async () => {
    const { world, cached } = await aListed();
    for (let ms = 0; ms < 60_000; ms += 50) {
      await cached.get(nothing, world.signal);
      await world.clock.advance(50);
    }
    expect(world.cloud.calls.instances).toBe(12);
  });

  it('waits for EC2 once the list is old', async () => {
    const { world, cached } = await aListed();
    world.cloud.list = [];
    await world.clock.advance(10_000);
    expect(await cached.get(nothing, world.signal)).toEqual({ status: 'known', value: [] });
  });

  it('waits for EC2 when a node has come that the list does not know', async () => {
    const { world, cached } = await aListed();
    world.cloud.list = [anInstance(), anInstance({ id: 'i-2' })];
    await world.clock.advance(1);
    const nodes = [aNode({ name: 'i-2' })];
    expect(await cached.get({ nodes, operations: [] }, world.signal)).toMatchObject({
      value: [{ id: 'i-1' }, { id: 'i-2' }],
    });
  });

  it('does not ask in each round for a machine that EC2 does not list', async () => {
    const { world, cached } = await aListed();
    const nodes = [aNode({ name: 'i-2' })];
    for (let ms = 0; ms < 5_000; ms += 100) {
      await world.clock.advance(50);
      await cached.get({ nodes, operations: [] }, world.signal);
    }
    expect(world.cloud.calls.instances).toBe(2);
  });

  it('waits for EC2 when an operation has ended since, not for one in flight', async () => {
    const { world, cached } = await aListed();
    world.cloud.list = [];
    await world.clock.advance(1);
    const booting = aLaunch({ step: 'launched', instanceId: 'i-9' });
    const inFlight = await cached.get({ nodes: [], operations: [booting] }, world.signal);
    expect(inFlight).toMatchObject({ value: [{ id: 'i-1' }] });
    const removed = aRemoval({ step: 'removed', endedAtMs: world.clock.now() });
    const known = await cached.get({ nodes: [], operations: [removed] }, world.signal);
    expect(known).toEqual({ status: 'known', value: [] });
  });

  it('is unknown, with the reason, when the list is old and EC2 does not answer', async () => {
    const { world, cached } = await aListed();
    world.cloud.failures.instances = 1;
    await world.clock.advance(10_000);
    const answer = await cached.get(nothing, world.signal);
    expect(answer).toEqual({ status: 'unknown', why: 'no answer to instances' });
  });
});
