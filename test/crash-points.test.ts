import { describe, expect, it } from '@jest/globals';
import { MemoryLedger } from '../src/adapters/memory/memory-ledger.ts';
import { Controller } from '../src/loop/controller.ts';
import { isAlive } from '../src/model/instance.ts';
import { STARTUP_TAINT_KEY } from '../src/model/node.ts';
import { policySchema } from '../src/policy/policy-schema.ts';
import type { Ledger } from '../src/ports.ts';
import type { SimulatedWorld } from '../src/simulate/world/simulated-world.ts';
import { aWorld, MINUTE_MS, withNodes, withStopped } from './builders/simulated-world.ts';
import { KillableProcess } from './fakes/killable-process.ts';
import { WRITE_STEP } from './test-depth.ts';

/** A process's own memory, which dies with it; the world's watch still sees what was written down. */
function forgetful(world: SimulatedWorld): Ledger {
  const own = new MemoryLedger();
  return {
    list: () => own.list(),
    put: async (operation, token) => {
      await own.put(operation, token);
      await world.ledger.put(operation, token);
    },
  };
}

const MEMORIES = ['same', 'empty'] as const;
type Memory = (typeof MEMORIES)[number];

interface Story {
  readonly begin: () => Promise<SimulatedWorld>;
  readonly minutes: number;
}

/** Lets a process live until it dies at that write, and its successor go on until the story is over. */
async function tell(
  { begin, minutes }: Story,
  death: { readonly atCall: number; readonly when: 'before' | 'after'; readonly memory: Memory },
): Promise<{ readonly world: SimulatedWorld; readonly hasDied: boolean }> {
  const world = await begin();
  const ledgerOf = () => (death.memory === 'same' ? world.ledger : forgetful(world));
  const first = new KillableProcess({ ...world.ports, ledger: ledgerOf() }, death);
  const endMs = world.clock.monotonicMs() + minutes * MINUTE_MS;
  while (!first.hasDied && world.clock.monotonicMs() < endMs)
    await world.advanceTo(world.clock.monotonicMs() + 5_000);
  if (!first.hasDied) {
    await first.stop();
    return { world, hasDied: false };
  }
  const second = new AbortController();
  const running = new Controller({ ...world.ports, ledger: ledgerOf() }).run(second.signal);
  await world.advanceTo(Math.max(endMs, world.clock.monotonicMs() + 10 * MINUTE_MS));
  second.abort();
  await running;
  return { world, hasDied: true };
}

/** Nothing is paid for twice, nothing is half done. */
function expectWhole(world: SimulatedWorld, workers: number): void {
  const alive = world.cloud.shown().filter(isAlive);
  const nodes = world.cluster.view().nodes.filter((node) => !node.isControlPlane);
  expect(new Set(nodes.map(({ instanceId }) => instanceId))).toEqual(new Set(alive.map(({ id }) => id)));
  expect(nodes).toHaveLength(alive.length);
  expect(nodes.filter((node) => node.isUnschedulable || node.cordonedBy !== undefined)).toEqual([]);
  expect(nodes.filter((node) => node.taints.some(({ key }) => key === STARTUP_TAINT_KEY))).toEqual([]);
  const made = world.cloud.shown().map(({ operationId }) => operationId);
  expect(made).toEqual([...new Set(made)]);
  expect(alive).toHaveLength(workers);
}

/**
 * As many workers as are wanted, and one machine that waits stopped. Without its ledger a successor cannot know what a machine of the pool
 * that boots was for: it becomes a worker, and is never one too few, nor nobody's.
 */
function expectPooled(world: SimulatedWorld, workers: number, memory: Memory): void {
  expect(world.watch.violations).toEqual([]);
  expect(world.events(1_000).map(({ kind }) => kind)).toContain('start');
  const shown = world.cloud.shown();
  const alive = shown.filter(isAlive);
  const pooled = shown.filter(({ state, isWarm }) => state === 'stopped' && isWarm === true);
  const nodes = world.cluster.view().nodes.filter((node) => !node.isControlPlane);
  const held = nodes.filter((node) => node.taints.some(({ key }) => key === STARTUP_TAINT_KEY));
  expect(new Set(nodes.map(({ instanceId }) => instanceId))).toEqual(
    new Set([...alive, ...pooled].map(({ id }) => id)),
  );
  expect(held.map(({ instanceId }) => instanceId)).toEqual(pooled.map(({ id }) => id));
  expect(pooled).toHaveLength(1);
  if (memory === 'same') expect(alive).toHaveLength(workers);
  else expect(alive.length).toBeGreaterThanOrEqual(workers);
}

const DEATHS = MEMORIES.flatMap((memory) => (['before', 'after'] as const).map((when) => ({ memory, when })));

type Judge = (world: SimulatedWorld, memory: Memory) => void;

/** Tells the story once for each write at which its process may die, or every few of them; returns of how many writes. */
async function crashEverywhere(story: Story, judge: Judge): Promise<number> {
  let deaths = 0;
  for (const [index, death] of DEATHS.entries()) {
    let hasDied = true;
    for (let atCall = 1 + (index % WRITE_STEP); hasDied; atCall += WRITE_STEP) {
      const told = await tell(story, { ...death, atCall });
      judge(told.world, death.memory);
      hasDied = told.hasDied;
      if (hasDied) deaths += WRITE_STEP;
    }
  }
  return deaths;
}

const policyText = (settings: string) => ({ text: settings, origin: 'test', revision: undefined });

function aQuietWorld(settings: Readonly<Record<string, unknown>>): SimulatedWorld {
  return aWorld({
    policy: policySchema.parse(settings),
    policyDocument: policyText(JSON.stringify(settings)),
    peakNodes: 1,
  });
}

describe('a process that dies between any two writes', () => {
  it('leaves launches from which exactly one worker comes each', async () => {
    const story: Story = {
      minutes: 5,
      begin: async () => aQuietWorld({ nodes: { min: 4, max: 6 }, shrink: { enabled: false } }),
    };
    expect(await crashEverywhere(story, (world) => expectWhole(world, 4))).toBeGreaterThan(40);
  }, 120_000);

  it('leaves no half removed node, and takes away as many as if it had lived', async () => {
    const settings = {
      nodes: { min: 2, max: 6 },
      spot: { percent: 0 },
      utilization: { downWindowSeconds: 60 },
      shrink: { minNodeAgeSeconds: 0, unneededSeconds: 0, minUseSeconds: 0 },
    };
    const story: Story = {
      minutes: 20,
      begin: async () => {
        const world = aQuietWorld(settings);
        await withNodes(world, 3);
        return world;
      },
    };
    expect(await crashEverywhere(story, (world) => expectWhole(world, 2))).toBeGreaterThan(20);
  }, 120_000);

  it('leaves a warm pool that was started from and filled again, with no machine twice or forgotten', async () => {
    const settings = {
      nodes: { min: 3, max: 6 },
      spot: { percent: 0 },
      warmPool: { size: 1 },
      shrink: { enabled: false },
      consolidation: { enabled: false },
    };
    const story: Story = {
      minutes: 8,
      begin: async () => {
        const world = aQuietWorld(settings);
        await withNodes(world, 2);
        await withStopped(world);
        return world;
      },
    };
    const judge: Judge = (world, memory) => expectPooled(world, 3, memory);
    expect(await crashEverywhere(story, judge)).toBeGreaterThan(20);
  }, 240_000);
});
