import { describe, expect, it } from '@jest/globals';
import { allocatableOf, instanceType } from '../../../src/catalogue/instance-type.ts';
import { RandomStream } from '../../../src/simulate/base/random-stream.ts';
import { NO_DETAILS, type WorldDetail } from '../../../src/simulate/base/world-details.ts';
import { SpotPools } from '../../../src/simulate/cloud/spot-pools.ts';
import { RateWindow } from '../../../src/simulate/load/rate-window.ts';
import { changeSample } from '../../../src/simulate/run/sample-changes.ts';
import { servicesOf } from '../../../src/simulate/world/sample-workloads.ts';
import { aWorld, HOUR_MS, MINUTE_MS, withNodes } from '../../builders/simulated-world.ts';

const only = (...details: readonly WorldDetail[]) => new Set(details);
const ON_DEMAND = 't3.small/ap-southeast-1a/on-demand';

describe('boot-times', () => {
  it('makes some boots much longer than others', async () => {
    const readyAt = async (details: ReadonlySet<WorldDetail>) => {
      const world = aWorld({ details });
      const times: number[] = [];
      world.log.follow(({ kind, atMs }) => {
        if (kind === 'node-ready') times.push(atMs);
      });
      const signal = new AbortController().signal;
      for (let i = 0; i < 90; i += 1) {
        const request = {
          clientToken: `${i}`,
          operationId: `${i}`,
          offerings: [ON_DEMAND],
          tags: {},
        } as const;
        void world.cloud.launch(request, signal);
      }
      await world.advanceTo(10 * MINUTE_MS);
      return Math.max(...times) / 1_000;
    };
    expect(await readyAt(NO_DETAILS)).toBeLessThan(76);
    expect(await readyAt(only('boot-times'))).toBeGreaterThan(90);
  });
});

describe('allocatable', () => {
  it('is some MiB less than the catalogue says, the same for all machines of a type', async () => {
    const type = instanceType('t3.small');
    if (type === undefined) throw new Error('the catalogue has no t3.small');
    const memoryOf = async (seed: number) => {
      const world = aWorld({ seed, details: only('allocatable') });
      await withNodes(world, 3);
      return world.cluster.state.readyWorkers().map(({ allocatable }) => allocatable.memoryMiB);
    };
    const [first = 0, ...others] = await memoryOf(1);
    expect(new Set(others)).toEqual(new Set([first]));
    expect(first).toBeLessThanOrEqual(allocatableOf(type).memoryMiB);
    expect(first).toBeGreaterThanOrEqual(allocatableOf(type).memoryMiB - 64);
    expect(await memoryOf(2)).not.toContain(first);
  });
});

describe('RateWindow', () => {
  const reading = (cpuPercent: number) => ({
    cpuPercent,
    memoryPercent: cpuPercent,
    networkBytesPerSecond: 0,
  });

  it('shows the mean of two minutes a scrape late, memory as it was scraped, and new nodes from their second scrape', () => {
    const window = new RateWindow();
    const shown = [0, 100, 100, 100].map((cpu) => window.next(new Map([['a', reading(cpu)]])).get('a'));
    expect(shown.map((one) => one && [Math.round(one.cpuPercent), one.memoryPercent])).toEqual([
      undefined,
      undefined,
      [50, 100],
      [67, 100],
    ]);
  });
});

describe('batch and rollouts', () => {
  it('run CronJobs in some worlds and roll web pods out, until their end', async () => {
    const seen = async (seed: number) => {
      const world = aWorld({ seed });
      changeSample(world, only('batch', 'rollouts'), { seed, untilMs: 9 * HOUR_MS });
      const rollouts: number[] = [];
      world.log.follow(({ kind, atMs }) => {
        if (kind === 'rollout') rollouts.push(atMs);
      });
      const jobs = new Set<string>();
      for (let minute = 1; minute < 12 * 60; minute += 1) {
        await world.advanceTo(minute * MINUTE_MS);
        for (const { kind, name } of world.cluster.workloads()) if (kind === 'Job') jobs.add(name);
      }
      return { jobs: jobs.size, rollouts };
    };
    const worlds = [await seen(1), await seen(2), await seen(3), await seen(4)];
    expect(worlds.some(({ jobs }) => jobs === 0)).toBe(true);
    expect(worlds.some(({ jobs }) => jobs > 0)).toBe(true);
    const rollouts = worlds.flatMap((one) => one.rollouts);
    expect(rollouts.length).toBeGreaterThan(3);
    expect(Math.max(...rollouts)).toBeLessThan(9 * HOUR_MS);
  });
});

describe('single-replicas', () => {
  it('gives a world up to six more services', () => {
    const counts = Array.from({ length: 40 }, (_, i) =>
      servicesOf(only('single-replicas'), new RandomStream(i)),
    );
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([0, 6]);
    expect(servicesOf(NO_DETAILS, new RandomStream(1))).toBe(0);
  });
});

describe('zone-volumes', () => {
  it('bind a StatefulSet’s pod to the zone in which it first ran', async () => {
    const world = aWorld({ details: only('zone-volumes') });
    await withNodes(world, 4);
    const database = () => world.cluster.view().pods.find(({ name }) => name === 'orders-db-0');
    const first = database();
    const zone = world.cluster.state.node(first?.nodeName ?? '')?.zone;
    for (const node of world.cluster.state.readyWorkers())
      if (node.zone === zone) world.cluster.setUnschedulable(node.name, true);
    if (first !== undefined) void world.cluster.evict(first, 30);
    await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
    expect(database()).toMatchObject({ nodeName: undefined });
    expect(database()?.uid).not.toBe(first?.uid);
  });
});

describe('image-pulls', () => {
  it('let the first pod of a workload on a node start later than the next', async () => {
    const startsWithin = async (details: ReadonlySet<WorldDetail>) => {
      const world = aWorld({ details });
      await withNodes(world, 4);
      const template = {
        labels: { app: 'new' },
        requests: { cpuMillis: 10, memoryMiB: 100, pods: 1 },
        nodeSelector: [],
      };
      const deploy = (replicas: number) =>
        world.cluster.apply({ kind: 'Deployment', namespace: 'shop', name: 'new', replicas, template });
      const fromMs = world.clock.monotonicMs();
      deploy(1);
      await world.advanceTo(fromMs + 6_000);
      const first = world.cluster.view().pods.find(({ labels }) => labels['app'] === 'new');
      return first?.phase;
    };
    expect(await startsWithin(NO_DETAILS)).toBe('Running');
    expect(await startsWithin(only('image-pulls'))).toBe('Pending');
  });
});

describe('SpotPools', () => {
  it('takes the deepest pools first, and among those about as deep the cheapest', () => {
    const keys = ['t3.small', 't3a.small', 'c6a.large', 'm6a.large'].flatMap((type) =>
      ['a', 'b'].map((zone) => `${type}/ap-southeast-1${zone}/spot` as const),
    );
    const firsts = new Set<string>();
    for (let hour = 0; hour < 50; hour += 1) {
      const pools = new SpotPools(new RandomStream(1), { monotonicMs: () => hour * HOUR_MS });
      const chosen = pools.chosen(keys, (key) => keys.indexOf(key as (typeof keys)[number]));
      expect([...chosen].sort()).toEqual([...keys].sort());
      expect(pools.chosen(keys, () => 1)).toHaveLength(keys.length);
      firsts.add(chosen[0] ?? '');
    }
    expect(firsts.size).toBeGreaterThan(3);
  });
});

describe('scheduler-scores', () => {
  it('spread pods over zones by a soft constraint', async () => {
    const skew = async (details: ReadonlySet<WorldDetail>) => {
      const world = aWorld({ details });
      await withNodes(world, 3);
      const zones = world.cluster
        .view()
        .pods.filter(({ labels }) => labels['app'] === 'web')
        .map(({ nodeName }) => world.cluster.state.node(nodeName ?? '')?.zone);
      const inB = zones.filter((zone) => zone === 'ap-southeast-1b').length;
      return Math.abs(zones.length - 2 * inB);
    };
    expect(await skew(only('scheduler-scores'))).toBeLessThanOrEqual(await skew(NO_DETAILS));
    expect(await skew(only('scheduler-scores'))).toBeLessThanOrEqual(1);
  });
});
