import { describe, expect, it, jest } from '@jest/globals';
import { isAlive } from '../../src/model/instance.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import type { WorldEvent } from '../../src/simulate/base/event-log.ts';
import type { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { aWorld, HOUR_MS, MINUTE_MS } from '../builders/simulated-world.ts';
import { IS_DEEP } from '../test-depth.ts';

/** Hours of virtual time on a busy machine take their time. */
jest.setTimeout(120_000);

const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';

/** The real controller in a world under this policy; `stop` ends it and gives all that happened. */
function inWorld(settings: Record<string, unknown>, peakNodes: number) {
  const policyDocument = { text: JSON.stringify(settings), origin: 'policy.yaml', revision: undefined };
  const world = aWorld({ policy: policySchema.parse(settings), policyDocument, peakNodes });
  const events: WorldEvent[] = [];
  world.log.follow((event) => events.push(event));
  const controller = startController(world.ports);
  const stop = async () => {
    const stopped = controller.stop();
    await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
    await stopped;
    return events;
  };
  const pass = (ms: number) => world.advanceTo(world.clock.monotonicMs() + ms);
  return { world, stop, pass };
}

function ofKind(events: readonly WorldEvent[], kind: string): readonly WorldEvent[] {
  return events.filter((event) => event.kind === kind);
}

function workersIn(zone: string, world: SimulatedWorld): number {
  return world.cluster.state.readyWorkers().filter((node) => node.zone === zone).length;
}

describe('load that swings about the thresholds', () => {
  it('leaves the fleet as it is when each swing is shorter than a window (F12)', async () => {
    const { world, stop, pass } = inWorld({ nodes: { min: 2, max: 10 } }, 5);
    const swings = async (count: number) => {
      for (let swing = 0; swing < count; swing += 1) {
        world.faults.setLoadFactor(swing % 2 === 0 ? 1.5 : 0.3);
        await pass((3 + (swing % 5)) * MINUTE_MS);
      }
    };
    await swings(12);
    const sinceMs = world.clock.monotonicMs();
    await swings(IS_DEEP ? 48 : 20);
    const events = (await stop()).filter(({ atMs }) => atMs > sinceMs);
    expect(events.length).toBeGreaterThan(100);
    expect([...ofKind(events, 'launch'), ...ofKind(events, 'terminate')]).toEqual([]);
    expect(world.watch.violations).toEqual([]);
  });

  it('never removes a node within ten minutes of a growth, however long the swings are', async () => {
    const { world, stop, pass } = inWorld({ nodes: { min: 2, max: 10 } }, 5);
    for (let swing = 0; swing < (IS_DEEP ? 40 : 20); swing += 1) {
      world.faults.setLoadFactor(swing % 2 === 0 ? 1.5 : 0.3);
      await pass((2 + 7 * (swing % 5)) * MINUTE_MS);
    }
    const events = await stop();
    const waits = ofKind(events, 'terminate').map(({ atMs }) => {
      const before = ofKind(events, 'launch').filter((launch) => launch.atMs <= atMs);
      return atMs - (before.at(-1)?.atMs ?? 0);
    });
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    expect(world.watch.violations).toEqual([]);
  });
});

describe('hours in which every node is protected', () => {
  it('remove nothing, however idle the nodes are, and call nobody (F55)', async () => {
    const { world, stop, pass } = inWorld({ nodes: { min: 2, max: 6 } }, 3);
    world.cluster.apply({
      kind: 'StatefulSet',
      namespace: 'shop',
      name: 'store',
      replicas: 5,
      template: {
        labels: { app: 'store' },
        requests: { cpuMillis: 1_200, memoryMiB: 200, pods: 1 },
      },
    });
    await pass(HOUR_MS);
    const before = world.view().readyWorkers;
    expect(before).toBeGreaterThanOrEqual(5);
    world.faults.setLoadFactor(0);
    await pass(6 * HOUR_MS);
    expect(world.view().readyWorkers).toBeGreaterThanOrEqual(5);
    const events = await stop();
    const late = events.filter(({ atMs }) => atMs > 2 * HOUR_MS);
    expect(ofKind(late, 'terminate')).toEqual([]);
    expect(ofKind(late, 'notice')).toEqual([]);
    expect(world.watch.violations).toEqual([]);
  });
});

describe('hours at the maximum with pods that wait', () => {
  it('buy nothing beyond it, and say it without an alarm a round (F84)', async () => {
    const { world, stop, pass } = inWorld({ nodes: { min: 2, max: 3 } }, 8);
    await pass(4 * HOUR_MS);
    expect(world.view().unschedulablePods).toBeGreaterThan(0);
    expect(world.cloud.shown().filter(isAlive)).toHaveLength(3);
    const events = await stop();
    expect(ofKind(events, 'launch')).toHaveLength(3);
    expect(ofKind(events, 'notice').length).toBeLessThanOrEqual(1);
  });
});

describe('a zone that is lost', () => {
  it('is made up for in the other zone, holds no removal back, and gets its node again when it has machines (F69)', async () => {
    const { world, stop, pass } = inWorld({ nodes: { min: 2, max: 6 }, cost: { sizeByCredits: false } }, 3);
    await pass(HOUR_MS);
    expect([workersIn(A, world), workersIn(B, world)]).not.toContain(0);
    const before = world.view().readyWorkers;
    world.faults.failCapacity({ zone: A }, 120);
    for (const { zone, instanceId } of world.cluster.state.readyWorkers())
      if (zone === A && instanceId !== undefined) world.faults.terminateByHand(instanceId);
    await pass(15 * MINUTE_MS);
    expect(workersIn(A, world)).toBe(0);
    expect(workersIn(B, world)).toBeGreaterThanOrEqual(before);
    world.faults.setLoadFactor(0.2);
    await pass(100 * MINUTE_MS);
    expect(workersIn(B, world)).toBeLessThan(before);
    await pass(3 * HOUR_MS);
    expect(workersIn(A, world)).toBeGreaterThanOrEqual(1);
    expect(workersIn(B, world)).toBeGreaterThanOrEqual(1);
    await stop();
    expect(world.watch.violations).toEqual([]);
  });
});
