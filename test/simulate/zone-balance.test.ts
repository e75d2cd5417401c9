import { describe, expect, it, jest } from '@jest/globals';
import { isAlive } from '../../src/model/instance.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { HOUR_MS, MINUTE_MS, nasaTrace } from '../builders/simulated-world.ts';
import { IS_DEEP } from '../test-depth.ts';

/** Whole days on a busy machine take their time. */
jest.setTimeout(120_000);

const ZONES = ['ap-southeast-1a', 'ap-southeast-1b', 'ap-southeast-1c'];

/** Of the minutes with at least four workers, the share in which no zone has two more than another. */
async function balancedShare(zones: readonly string[], hours: number): Promise<number> {
  const text = `instances: { zones: [${zones.join(', ')}] }\n`;
  const reading = parsePolicy(text);
  if (!reading.valid) throw new Error('the policy is invalid');
  const { policy } = reading;
  const world = new SimulatedWorld({
    seed: 1,
    trace: nasaTrace(),
    policy,
    policyDocument: { text, origin: 'test', revision: undefined },
  });
  const controller = startController(world.ports);
  let [minutes, balanced] = [0, 0];
  for (let atMs = MINUTE_MS; atMs <= hours * HOUR_MS; atMs += MINUTE_MS) {
    await world.advanceTo(atMs);
    const alive = world.cloud.shown().filter(isAlive);
    if (alive.length < 4) continue;
    const counts = zones.map((zone) => alive.filter((instance) => instance.zone === zone).length);
    minutes += 1;
    if (Math.max(...counts) - Math.min(...counts) <= 1) balanced += 1;
  }
  const stopped = controller.stop();
  await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
  await stopped;
  expect(world.watch.violations).toEqual([]);
  expect(minutes).toBeGreaterThan(hours * 10);
  return balanced / minutes;
}

describe('zones over days without faults', () => {
  it.each([2, 3])(
    'stay within one worker of each other for 95 %% of the time, with %i of them',
    async (count) => {
      expect(await balancedShare(ZONES.slice(0, count), IS_DEEP ? 72 : 24)).toBeGreaterThanOrEqual(0.95);
    },
  );
});
