import { describe, expect, it } from '@jest/globals';
import type { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import { aWorld, MINUTE_MS, withStopped } from '../builders/simulated-world.ts';

const ON_DEMAND = 't3.small/ap-southeast-1a/on-demand';
const signal = new AbortController().signal;

async function after<T>(world: SimulatedWorld, ms: number, call: Promise<T>): Promise<T> {
  await world.advanceTo(world.clock.monotonicMs() + ms);
  return call;
}

/** A world with one machine that joined and was stopped, its node NotReady. */
async function withOne(): Promise<{ readonly world: SimulatedWorld; readonly id: string }> {
  const world = aWorld();
  return { world, id: await withStopped(world) };
}

const stateOf = (world: SimulatedWorld, id: string) =>
  world.cloud.shown().find((instance) => instance.id === id)?.state;
const isReady = (world: SimulatedWorld, id: string) => world.cluster.state.node(id)?.isReady;

describe('a machine that is stopped in the simulated world', () => {
  it('keeps its node, which is not ready, and costs its disk alone', async () => {
    const { world, id } = await withOne();
    expect(world.cloud.shown()).toEqual([expect.objectContaining({ id, state: 'stopped', isWarm: true })]);
    expect(isReady(world, id)).toBe(false);
    const before = world.view();
    await world.advanceTo(world.clock.monotonicMs() + 60 * MINUTE_MS);
    expect(world.view().costUsd - before.costUsd).toBeCloseTo((20 * 0.096) / 730, 6);
    expect(world.view().nodeHours).toBe(before.nodeHours);
  });

  it('is a ready node within half a minute of its start, far sooner than a launch', async () => {
    const { world, id } = await withOne();
    const startedMs = world.clock.monotonicMs();
    expect(await after(world, 1_000, world.cloud.start(id, signal))).toBeUndefined();
    expect(stateOf(world, id)).toBe('pending');
    await world.advanceTo(startedMs + 17_000);
    expect(isReady(world, id)).toBe(false);
    await world.advanceTo(startedMs + 30_000);
    expect(isReady(world, id)).toBe(true);
    expect(stateOf(world, id)).toBe('running');
    expect(await after(world, 1_000, world.cloud.start(id, signal))).toBeUndefined();
  });

  it('does not start while its zone has no capacity, nor while it is stopping, nor once it is gone', async () => {
    const { world, id } = await withOne();
    world.faults.failCapacity({ zone: 'ap-southeast-1a' }, 10);
    expect(await after(world, 1_000, world.cloud.start(id, signal))).toMatchObject({
      class: 'capacity',
      offerings: [ON_DEMAND],
    });
    await after(world, 11 * MINUTE_MS, world.cloud.start(id, signal));
    await after(world, 2 * MINUTE_MS, world.cloud.start(id, signal));
    void world.cloud.stop(id, signal);
    expect(await after(world, 1_000, world.cloud.start(id, signal))).toMatchObject({ class: 'transient' });
    await after(world, MINUTE_MS, world.cloud.terminate([id], signal));
    expect(await after(world, 1_000, world.cloud.start(id, signal))).toMatchObject({
      code: 'IncorrectInstanceState',
    });
  });

  it('does not come back when its node was deleted, or when it is stopped again while it boots', async () => {
    const { world, id } = await withOne();
    void world.cloud.start(id, signal);
    await after(world, 5_000, world.cloud.stop(id, signal));
    await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
    expect(isReady(world, id)).toBe(false);
    world.faults.deleteNodeByHand(id);
    await after(world, MINUTE_MS, world.cloud.start(id, signal));
    expect(world.cluster.state.node(id)).toBeUndefined();
  });
});
