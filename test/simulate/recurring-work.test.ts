import { describe, expect, it, jest } from '@jest/globals';
import type { WorldEvent } from '../../src/simulate/base/event-log.ts';
import { burstOf } from '../../src/simulate/world/sample-workloads.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { aWorld, HOUR_MS, MINUTE_MS } from '../builders/simulated-world.ts';

/** Hours of virtual time on a busy machine take their time. */
jest.setTimeout(120_000);

/** A world of constant load in which eight pods come every so often and go three minutes later. */
async function withRuns(everyMinutes: number, hours: number) {
  const policyDocument = { text: '{}', origin: 'policy.yaml', revision: undefined };
  const world = aWorld({ policyDocument, peakNodes: 2 });
  const changes: WorldEvent[] = [];
  world.log.follow((event) => {
    if (event.kind === 'launch' || event.kind === 'terminate') changes.push(event);
  });
  const controller = startController(world.ports);
  await world.advanceTo(HOUR_MS);
  for (let atMs = HOUR_MS; atMs < hours * HOUR_MS; atMs += everyMinutes * MINUTE_MS) {
    const run = burstOf(`run-${atMs}`, 8);
    world.cluster.apply(run);
    await world.advanceTo(atMs + Math.min(3, everyMinutes / 2) * MINUTE_MS);
    world.cluster.delete(run);
    await world.advanceTo(atMs + everyMinutes * MINUTE_MS);
  }
  const stopped = controller.stop();
  await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
  await stopped;
  return { changes, violations: world.watch.violations };
}

describe('work that comes again and again', () => {
  it.each([5, 15, 20, 60])('leaves the fleet still when it comes every %d minutes', async (minutes) => {
    const { changes, violations } = await withRuns(minutes, 6);
    expect(changes.length).toBeGreaterThan(2);
    // What comes once an hour shows only then that its node is wanted again.
    expect(changes.filter(({ atMs }) => atMs > 2.5 * HOUR_MS)).toEqual([]);
    expect(violations).toEqual([]);
  });
});
