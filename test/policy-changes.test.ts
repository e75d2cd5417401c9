import { describe, expect, it } from '@jest/globals';
import { Controller } from '../src/loop/controller.ts';
import { isAlive } from '../src/model/instance.ts';
import { STARTUP_TAINT_KEY } from '../src/model/node.ts';
import { policySchema } from '../src/policy/policy-schema.ts';
import type { SimulatedWorld } from '../src/simulate/world/simulated-world.ts';
import { aWorld, MINUTE_MS, withNodes } from './builders/simulated-world.ts';
import { type PolicyChangePoint, PolicyChangePorts } from './fakes/policy-change-point.ts';
import { WRITE_STEP } from './test-depth.ts';

type Settings = Readonly<Record<string, unknown>>;

/** A fleet that changes under one policy, and how many workers another policy makes of it. */
interface Story {
  readonly settings: Settings;
  readonly nodes: number;
  readonly minutes: number;
}

/** Shrinks after a minute of idleness, so that a removal comes soon. */
const EAGER = {
  spot: { percent: 0 },
  utilization: { downWindowSeconds: 60 },
  cooldown: { afterGrowthSeconds: 0, shrinkAfterGrowthSeconds: 0, shrinkAfterShrinkSeconds: 0 },
  shrink: { minNodeAgeSeconds: 0, unneededSeconds: 0, minUseSeconds: 0 },
};
/** Four workers are launched. */
const LAUNCHING: Story = { settings: { ...EAGER, nodes: { min: 4, max: 6 } }, nodes: 0, minutes: 6 };
/** One of three idle workers is removed. */
const REMOVING: Story = { settings: { ...EAGER, nodes: { min: 2, max: 6 } }, nodes: 3, minutes: 12 };

function textOf(settings: Settings): string {
  return JSON.stringify(settings);
}

async function begin({ settings, nodes }: Story): Promise<SimulatedWorld> {
  const policyDocument = { text: textOf(settings), origin: 'policy.yaml', revision: 'main@sha1:1' };
  const policy = policySchema.parse(settings);
  const world = aWorld({ policy, policyDocument, peakNodes: 1 });
  if (nodes > 0) await withNodes(world, nodes);
  return world;
}

/** Commits `text` at that write of the story and lets everything come to rest. */
async function changePolicy(story: Story, point: PolicyChangePoint, text: string | undefined) {
  const world = await begin(story);
  const commit = () =>
    world.policySource.commit(
      text === undefined ? undefined : { text, origin: 'policy.yaml', revision: 'main@sha1:2' },
    );
  const turning = new PolicyChangePorts(world.ports, point, commit);
  const stop = new AbortController();
  const running = new Controller(turning.ports).run(stop.signal);
  const endMs = world.clock.monotonicMs() + story.minutes * MINUTE_MS;
  while (!turning.hasTurned && world.clock.monotonicMs() < endMs)
    await world.advanceTo(world.clock.monotonicMs() + 1_000);
  if (turning.hasTurned) await world.advanceTo(world.clock.monotonicMs() + 15 * MINUTE_MS);
  stop.abort();
  await running;
  return { world, hasTurned: turning.hasTurned };
}

/** Nothing is paid for that is no worker, nothing is half done or left to do; and no invariant was broken on the way. */
function restOf(world: SimulatedWorld) {
  const alive = world.cloud.shown().filter(isAlive);
  const nodes = world.cluster.view().nodes.filter((node) => !node.isControlPlane);
  return {
    workers: alive.length,
    nodesWithoutInstance: nodes.filter(({ instanceId }) => !alive.some(({ id }) => id === instanceId)).length,
    cordoned: nodes.filter((node) => node.isUnschedulable || node.cordonedBy !== undefined).length,
    notAdmitted: nodes.filter((node) => node.taints.some(({ key }) => key === STARTUP_TAINT_KEY)).length,
    notReady: nodes.filter((node) => !node.isReady).length + alive.length - nodes.length,
    unended: world.ledger.unended().length,
    broken: world.watch.violations.map(({ story }) => story),
  };
}

const WHOLE = { nodesWithoutInstance: 0, cordoned: 0, notAdmitted: 0, notReady: 0, unended: 0, broken: [] };

/** Tells the story once for each write at which the commit may come in, or every few of them; `judge` sees each end. */
async function changePolicyEverywhere(
  story: Story,
  text: string | undefined,
  judge: (workers: number, at: PolicyChangePoint) => void,
): Promise<number> {
  let turns = 0;
  for (const [index, when] of (['before', 'after'] as const).entries()) {
    for (let atCall = 1 + ((2 * index) % WRITE_STEP); ; atCall += WRITE_STEP) {
      const point = { atCall, when };
      const { world, hasTurned } = await changePolicy(story, point, text);
      if (!hasTurned) break;
      turns += WRITE_STEP;
      const { workers, ...rest } = restOf(world);
      expect({ ...point, ...rest }).toEqual({ ...point, ...WHOLE });
      judge(workers, point);
    }
  }
  return turns;
}

const BROKEN = textOf({ nodes: { min: 9, max: 2 } });

describe('a commit that comes in between any two writes of a launch', () => {
  it.each<[string, string | undefined, number]>([
    [
      'lowers the maximum: what is too many is given up, and the fleet is as the revert wants it',
      textOf({ ...EAGER, nodes: { min: 2, max: 2 } }),
      2,
    ],
    ['raises the minimum', textOf({ ...EAGER, nodes: { min: 5, max: 6 } }), 5],
    ['is broken: the launch goes on under the last good policy', BROKEN, 4],
    ['takes the policy away: the launch goes on', undefined, 4],
    ['switches shrinking off', textOf({ ...LAUNCHING.settings, shrink: { enabled: false } }), 4],
  ])(
    '%s',
    async (_what, text, workers) => {
      const turns = await changePolicyEverywhere(LAUNCHING, text, (count, at) =>
        expect({ ...at, count }).toEqual({ ...at, count: workers }),
      );
      expect(turns).toBeGreaterThan(20);
    },
    120_000,
  );

  it('suspends: what has a machine becomes a worker, what has none is given up', async () => {
    const suspended = textOf({ ...LAUNCHING.settings, suspend: true });
    const counts = new Set<number>();
    const turns = await changePolicyEverywhere(LAUNCHING, suspended, (count) => counts.add(count));
    expect(turns).toBeGreaterThan(20);
    expect(Math.max(...counts)).toBe(4);
    expect(Math.min(...counts)).toBeLessThan(4);
  }, 120_000);
});

describe('a commit that comes in between any two writes of a removal', () => {
  it.each<[string, string | undefined, readonly number[]]>([
    [
      'suspends: the drain is called off, or finished once the instance goes',
      textOf({ ...REMOVING.settings, suspend: true }),
      [2, 3],
    ],
    ['raises the minimum to what was there', textOf({ ...EAGER, nodes: { min: 3, max: 6 } }), [3]],
    ['switches shrinking off', textOf({ ...REMOVING.settings, shrink: { enabled: false } }), [2, 3]],
    ['lowers the maximum', textOf({ ...EAGER, nodes: { min: 2, max: 2 } }), [2]],
    ['is broken: the removal goes on under the last good policy', BROKEN, [2]],
    ['takes the policy away: the removal goes on', undefined, [2]],
  ])(
    '%s',
    async (_what, text, allowed) => {
      const ends = new Set<number>();
      const turns = await changePolicyEverywhere(REMOVING, text, (count) => ends.add(count));
      expect(turns).toBeGreaterThan(8);
      expect(ends).toEqual(new Set(allowed));
    },
    120_000,
  );
});
