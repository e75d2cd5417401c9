import { describe, expect, it, jest } from '@jest/globals';
import type { WorldEvent } from '../../src/simulate/base/event-log.ts';
import type { OfferingScope } from '../../src/simulate/cloud/offering-windows.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { aWorld, HOUR_MS, MINUTE_MS, nasaTrace } from '../builders/simulated-world.ts';
import { IS_DEEP } from '../test-depth.ts';

/** Whole days on a busy machine take their time. */
jest.setTimeout(120_000);

const HOURS = IS_DEEP ? 24 : 9;

/** A world in which machines of this kind never join from the second hour on: minutes in which pods waited, and machines in vain. */
async function daysOf(scope: OfferingScope) {
  const policyDocument = { text: '{}', origin: 'test', revision: undefined };
  const world = aWorld({ trace: nasaTrace(), traceOffsetMs: 6 * HOUR_MS, policyDocument, peakNodes: 8 });
  const events: WorldEvent[] = [];
  world.log.follow((event) => events.push(event));
  const controller = startController(world.ports);
  world.clock.after(HOUR_MS, () => world.faults.failJoins(scope, HOURS * 60));
  let waitingMinutes = 0;
  for (let atMs = MINUTE_MS; atMs <= HOURS * HOUR_MS; atMs += MINUTE_MS) {
    await world.advanceTo(atMs);
    if (world.view().unschedulablePods > 0) waitingMinutes += 1;
  }
  const stopped = controller.stop();
  await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
  await stopped;
  expect(world.watch.violations).toEqual([]);
  const inVain = events.filter(({ kind }) => kind === 'boot-trouble').length;
  return { waitingMinutes, inVain };
}

describe('machines that never join', () => {
  it.each<[string, OfferingScope]>([
    ['zone', { zone: 'ap-southeast-1b' }],
    ['type', { type: 't3a.small' }],
  ])('cost pods minutes where another %s joins', async (_what, scope) => {
    const { waitingMinutes, inVain } = await daysOf(scope);
    expect(waitingMinutes).toBeLessThanOrEqual(IS_DEEP ? 40 : 25);
    expect(inVain).toBeGreaterThan(0);
    // A zone that is empty is asked again each hour at the most.
    expect(inVain).toBeLessThanOrEqual(IS_DEEP ? 20 : 12);
  });
});
