import { describe, expect, it } from '@jest/globals';
import { isAlive } from '../../../src/model/instance.ts';
import { defaultPolicy } from '../../../src/policy/default-policy.ts';
import { Replicas } from '../../../src/simulate/process/replicas.ts';
import { parseStory } from '../../../src/simulate/story-file/parse-story.ts';
import { playStory } from '../../../src/simulate/story-file/play-story.ts';
import { storyLoad } from '../../../src/simulate/story-file/story-load.ts';
import { storyWorkloads } from '../../../src/simulate/story-file/story-workloads.ts';
import { SimulatedWorld } from '../../../src/simulate/world/simulated-world.ts';
import { HOUR_MS, MINUTE_MS, withNodes } from '../../builders/simulated-world.ts';

const LOAD = "load: [{ at: '00:00', percent: 10 }]";

/** The story's world with ten nodes that stay, and nobody who scales it. */
async function played(more: string, nodes = 4) {
  const story = parseStory(`about: a test\npeakNodes: 2\n${LOAD}\n${more}`, []);
  const world = new SimulatedWorld({
    seed: 1,
    trace: storyLoad(story),
    peakNodes: story.peakNodes,
    workloads: storyWorkloads(story),
    policy: defaultPolicy(),
    policyDocument: { text: '{}', origin: 'test', revision: undefined },
  });
  const idle = () => ({ stop: async () => undefined });
  const { clock, log, random } = world;
  const replicas = new Replicas(
    { clock, log, random, portsOf: (...parts) => world.portsOf(...parts), skewMs: () => 0 },
    idle,
  );
  playStory(story, 1, { world: world.faults, replicas }, world.cluster);
  await withNodes(world, nodes);
  return world;
}

const podsOf = (world: SimulatedWorld, name: string) =>
  world.cluster.view().pods.filter((pod) => pod.labels['app'] === name);

describe('playStory', () => {
  it('goes between the points of the load in straight lines', () => {
    const { load } = parseStory(
      "about: a\nload: [{ at: '01:00', percent: 20 }, { at: '02:00', percent: 40 }]",
      [],
    );
    const trace = storyLoad({ hours: 4, load, about: 'a' });
    expect([0, 1, 1.5, 2, 3].map((hours) => trace.at(hours * HOUR_MS))).toEqual([20, 20, 30, 40, 40]);
  });

  it('runs a CronJob’s pods to their end, again at each of its times', async () => {
    const world = await played(
      'workloads: [{ name: bill, kind: CronJob, replicas: 3, cpuMillis: 100, memoryMiB: 50, everyMinutes: 30, runMinutes: 5, from: "00:10" }]',
    );
    const phases = async (minutes: number) => {
      await world.advanceTo(minutes * MINUTE_MS);
      return podsOf(world, 'bill').map(({ phase, owner }) => `${owner?.kind} ${owner?.name} ${phase}`);
    };
    expect(await phases(9)).toEqual([]);
    expect(await phases(12)).toEqual(Array(3).fill('Job bill-1 Running'));
    expect(await phases(20)).toEqual(Array(3).fill('Job bill-1 Succeeded'));
    expect(await phases(42)).toEqual(Array(3).fill('Job bill-2 Running'));
  });

  it('makes a Job’s pod again that was evicted, and no other', async () => {
    const world = await played(
      'workloads: [{ name: load, kind: Job, replicas: 2, cpuMillis: 100, memoryMiB: 50, runMinutes: 20 }]',
    );
    const [first] = podsOf(world, 'load');
    if (first === undefined) throw new Error('the Job has no pod');
    void world.cluster.evict(first, 30);
    await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
    expect(podsOf(world, 'load').map(({ uid }) => uid)).not.toContain(first.uid);
    expect(podsOf(world, 'load').filter(({ phase }) => phase === 'Running')).toHaveLength(2);
  });

  it('rolls a Deployment out within its surge, never below what must be available', async () => {
    const world = await played(
      'workloads: [{ name: api2, replicas: 8, cpuMillis: 100, memoryMiB: 50, startSeconds: 20, surgePercent: 25, unavailablePercent: 0, rollouts: ["00:10"] }]',
    );
    await world.advanceTo(10 * MINUTE_MS - 1_000);
    const before = new Set(podsOf(world, 'api2').map(({ uid }) => uid));
    const seen: { active: number; running: number }[] = [];
    for (let second = 0; second < 300; second += 1) {
      await world.advanceTo(10 * MINUTE_MS + second * 1_000);
      const active = podsOf(world, 'api2').filter((pod) => pod.deletionRequestedAtMs === undefined);
      seen.push({
        active: active.length,
        running: active.filter(({ phase }) => phase === 'Running').length,
      });
    }
    expect(Math.max(...seen.map(({ active }) => active))).toBe(10);
    expect(Math.min(...seen.map(({ running }) => running))).toBe(8);
    expect(podsOf(world, 'api2').filter(({ uid }) => before.has(uid))).toEqual([]);
  });

  it('lets machines of a zone start and never join, and takes spot back', async () => {
    const world = await played(
      'strikes: [{ at: "00:00", kind: never-joins, zone: ap-southeast-1b, minutes: 60 }]',
    );
    const zones = world.cluster.state.readyWorkers().map(({ zone }) => zone);
    expect(zones).toEqual(['ap-southeast-1a', 'ap-southeast-1a']);
    expect(world.cloud.shown().filter(isAlive)).toHaveLength(4);
  });

  it('deploys a workload from and until its times', async () => {
    const world = await played(
      'workloads: [{ name: batch, replicas: 5, cpuMillis: 50, memoryMiB: 20, from: "00:20", until: "00:30" }]',
    );
    const count = async (minutes: number) => {
      await world.advanceTo(minutes * MINUTE_MS);
      return podsOf(world, 'batch').length;
    };
    expect([await count(19), await count(25), await count(32)]).toEqual([0, 5, 0]);
  });
});
