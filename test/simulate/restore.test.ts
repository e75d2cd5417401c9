import { describe, expect, it, jest } from '@jest/globals';
import { isAlive } from '../../src/model/instance.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import type { WorldEvent } from '../../src/simulate/base/event-log.ts';
import type { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { aWorld, HOUR_MS, MINUTE_MS } from '../builders/simulated-world.ts';

/** Hours of virtual time on a busy machine take their time. */
jest.setTimeout(120_000);

const B = 'ap-southeast-1b';

/** The real controller in a world under this policy and a steady load; `stop` ends it and gives all that happened. */
function inWorld(settings: Record<string, unknown>) {
  const policyDocument = { text: JSON.stringify(settings), origin: 'policy.yaml', revision: undefined };
  const world = aWorld({ policy: policySchema.parse(settings), policyDocument, peakNodes: 4 });
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

function alive(world: SimulatedWorld) {
  return world.cloud.shown().filter(isAlive);
}

function spotIn(world: SimulatedWorld): number {
  return alive(world).filter(({ lifecycle }) => lifecycle === 'spot').length;
}

function timesOf(kind: string, events: readonly WorldEvent[]): readonly number[] {
  return events.filter((event) => event.kind === kind).map(({ atMs }) => atMs);
}

describe('what the policy asks', () => {
  const withoutConsolidation = { nodes: { min: 6 }, consolidation: { enabled: false } };

  it('is restored after a commit, one worker after another, without ever falling below the minimum', async () => {
    const { world, stop, pass } = inWorld({ ...withoutConsolidation, spot: { percent: 0 } });
    await pass(HOUR_MS);
    expect(spotIn(world)).toBe(0);
    const sinceMs = world.clock.now();
    world.faults.commitPolicy(JSON.stringify(withoutConsolidation), 'spot is back');
    for (let minute = 0; minute < 150; minute += 1) {
      await pass(MINUTE_MS);
      expect(world.view().readyWorkers).toBeGreaterThanOrEqual(6);
    }
    // Of six workers three are spot, within one.
    expect(spotIn(world)).toBeGreaterThanOrEqual(2);
    const launches = timesOf(
      'launch',
      (await stop()).filter(({ atMs }) => atMs > sinceMs),
    );
    const gaps = launches.slice(1).map((atMs, i) => atMs - (launches[i] ?? 0));
    expect(launches.length).toBeLessThanOrEqual(3);
    expect(Math.min(...gaps)).toBeGreaterThan(10 * MINUTE_MS);
    expect(world.watch.violations).toEqual([]);
  });

  it('is restored after the outage of a zone, and then the fleet stays as it is', async () => {
    const { world, stop, pass } = inWorld(withoutConsolidation);
    await pass(HOUR_MS);
    world.faults.failCapacity({ zone: B }, 60);
    for (const { id, zone } of alive(world)) if (zone === B) world.faults.terminateByHand(id);
    await pass(30 * MINUTE_MS);
    expect(alive(world).filter(({ zone }) => zone === B)).toEqual([]);
    await pass(3 * HOUR_MS);
    const inB = alive(world).filter(({ zone }) => zone === B).length;
    expect(Math.abs(2 * inB - alive(world).length)).toBeLessThanOrEqual(1);
    const sinceMs = world.clock.now();
    await pass(3 * HOUR_MS);
    const later = (await stop()).filter(({ atMs }) => atMs > sinceMs);
    expect([...timesOf('launch', later), ...timesOf('terminate', later)]).toEqual([]);
    expect(world.watch.violations).toEqual([]);
  });
});
