import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { FAULT_KINDS } from '../../src/simulate/faults/fault-kinds.ts';
import { runSimulation } from '../../src/simulate/run/run-simulation.ts';
import { SimulatedWorld } from '../../src/simulate/world/simulated-world.ts';
import { startController } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { HOUR_MS, MINUTE_MS, nasaTrace, steadyTrace } from '../builders/simulated-world.ts';

/** Hours of a world on a busy machine take their time. */
jest.setTimeout(120_000);

const text = readFileSync(new URL('../../examples/policies/warm-pool.yaml', import.meta.url), 'utf8');

function policyOf(policyText: string) {
  const reading = parsePolicy(policyText);
  if (!reading.valid) throw new Error(reading.faults.map(({ rule }) => rule).join());
  return {
    policy: reading.policy,
    policyDocument: { text: policyText, origin: 'warm-pool', revision: undefined },
  };
}

const waiting = (world: SimulatedWorld) =>
  world.cloud.shown().filter(({ state, isWarm }) => state === 'stopped' && isWarm === true);

/** The real controller over a load that needs two workers; an hour is enough to fill the pool. */
async function withPool(): Promise<{
  readonly world: SimulatedWorld;
  readonly pass: (ms: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}> {
  const options = { seed: 1, trace: steadyTrace(), peakNodes: 2, ...policyOf(text) };
  const world = new SimulatedWorld(options);
  const controller = startController(world.ports);
  const pass = (ms: number) => world.advanceTo(world.clock.monotonicMs() + ms);
  await pass(HOUR_MS);
  const stop = async () => {
    const stopped = controller.stop();
    await pass(MINUTE_MS);
    await stopped;
  };
  return { world, pass, stop };
}

const kindsSince = (world: SimulatedWorld, atMs: number) =>
  world.events(1_000).flatMap((event) => (event.atMs > atMs ? [event.kind] : []));

describe('a warm pool under the real controller', () => {
  it('is filled in calm, one in each zone, starts for pods that wait, and is filled again', async () => {
    const { world, pass, stop } = await withPool();
    expect(waiting(world)).toHaveLength(2);
    expect(new Set(waiting(world).map(({ zone }) => zone)).size).toBe(2);
    const before = world.view().readyWorkers;
    const burstMs = world.clock.monotonicMs();
    world.faults.burst(30);
    await pass(40_000);
    expect(kindsSince(world, burstMs)).toContain('start');
    expect(world.view().readyWorkers).toBeGreaterThan(before);
    await pass(HOUR_MS);
    expect(waiting(world)).toHaveLength(2);
    expect(world.watch.violations).toEqual([]);
    await stop();
  });

  it('buys where EC2 has no capacity for a start, and keeps the machine for later', async () => {
    const { world, pass, stop } = await withPool();
    const ids = waiting(world).map(({ id }) => id);
    const burstMs = world.clock.monotonicMs();
    world.faults.failCapacity({ lifecycle: 'on-demand' }, 10);
    world.faults.burst(30);
    await pass(3 * MINUTE_MS);
    const kinds = kindsSince(world, burstMs);
    expect(kinds).toContain('start-refused');
    expect(kinds).toContain('launch');
    expect(kinds).not.toContain('start');
    expect(waiting(world).map(({ id }) => id)).toEqual(ids);
    await stop();
  });

  it('is emptied when a commit takes it out of the policy, and nothing is left of it', async () => {
    const { world, pass, stop } = await withPool();
    const ids = waiting(world).map(({ id }) => id);
    world.faults.commitPolicy('{}', 'no warm pool');
    await pass(HOUR_MS);
    expect(waiting(world)).toEqual([]);
    const nodes = world.cluster.view().nodes.map(({ name }) => name);
    expect(nodes.filter((name) => ids.includes(name))).toEqual([]);
    expect(world.watch.violations).toEqual([]);
    await stop();
  });

  it('breaks no invariant amid faults of every kind, and is full again when they are over', async () => {
    const result = await runSimulation({
      seed: 7,
      hours: 8,
      trace: nasaTrace(),
      faults: FAULT_KINDS.map(({ name }) => name),
      controller: startController,
      ...policyOf(text),
    });
    expect(result.violations).toEqual([]);
  });
});
