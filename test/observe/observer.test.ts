import { describe, expect, it } from '@jest/globals';
import { CachedOfferings } from '../../src/observe/cached-offerings.ts';
import { CachedUtilization } from '../../src/observe/cached-utilization.ts';
import { Observer } from '../../src/observe/observer.ts';
import { PortError } from '../../src/ports.ts';
import { withDeadline } from '../../src/time/with-deadline.ts';
import { aLaunch, aNode, anInstance, anOffering } from '../builders/fleet.ts';
import { aUtilization, steady } from '../builders/snapshot.ts';
import { ActWorld } from '../fakes/act-world.ts';
import { ScriptedTelemetry } from '../fakes/scripted-telemetry.ts';

const OUTLOOK = {
  types: ['t3.small', 't3a.small'],
  zones: ['ap-southeast-1a', 'ap-southeast-1b'],
  windowMs: 600_000,
  stepMs: 15_000,
};

function anObserver() {
  const world = new ActWorld();
  const telemetry = new ScriptedTelemetry(world.clock);
  return { world, telemetry, observer: new Observer({ ...world.ports, telemetry }) };
}

describe('Observer', () => {
  it('takes the whole world at one moment', async () => {
    const { world, observer } = anObserver();
    world.cluster.nodes = [aNode()];
    world.cloud.list = [anInstance()];
    await world.ledger.put(aLaunch());
    expect(await observer.takeSnapshot(OUTLOOK, world.signal)).toMatchObject({
      takenAtMs: world.clock.now(),
      nodes: [{ name: 'i-1' }],
      instances: { status: 'known', value: [{ id: 'i-1' }] },
      operations: [{ id: 'op-1' }],
      utilization: { cpuPercent: { status: 'unknown' } },
    });
  });

  it('calls the instances unknown, not none, when EC2 does not answer', async () => {
    const { world, observer } = anObserver();
    world.cloud.failures.instances = 1;
    const { instances } = await observer.takeSnapshot(OUTLOOK, world.signal);
    expect(instances).toEqual({ status: 'unknown', why: 'no answer to instances' });
  });

  it('calls them unknown, too, when EC2 lists no instance for most of the nodes that are ready (F43)', async () => {
    const { world, observer } = anObserver();
    world.cluster.nodes = ['i-1', 'i-2', 'i-3'].map((name) => aNode({ name }));
    const listing = async (...ids: readonly string[]) => {
      world.cloud.list = ids.map((id) => anInstance({ id }));
      await world.clock.advance(15_000);
      return (await observer.takeSnapshot(OUTLOOK, world.signal)).instances;
    };
    expect(await listing()).toMatchObject({
      status: 'unknown',
      why: expect.stringContaining('3 of 3 ready'),
    });
    expect(await listing('i-1')).toMatchObject({ status: 'unknown' });
    expect(await listing('i-1', 'i-2')).toMatchObject({ status: 'known' });
    world.cluster.nodes = world.cluster.nodes.map((node) => ({ ...node, isReady: false }));
    expect(await listing('i-1')).toMatchObject({ status: 'known' });
  });

  it('knows what an earlier process wrote on nodes of announcements, as long as they count', async () => {
    const { world, observer } = anObserver();
    const nowMs = world.clock.now();
    const announced = [
      { kind: 'rebalance', atMs: nowMs - 3_600_000 },
      { kind: 'maintenance', atMs: nowMs - 86_400_000, effectiveAtMs: nowMs },
    ] as const;
    world.cluster.nodes = [aNode({ announced })];
    world.cloud.list = [anInstance()];
    const { interruptions } = await observer.takeSnapshot(OUTLOOK, world.signal);
    expect(interruptions).toEqual([{ ...announced[1], instanceId: 'i-1' }]);
  });

  it('takes no snapshot without the ledger', async () => {
    const { world, observer } = anObserver();
    world.ledger.failures.list = 1;
    await expect(observer.takeSnapshot(OUTLOOK, world.signal)).rejects.toThrow(PortError);
  });

  it('asks telemetry for the ready workers only', async () => {
    const { world, telemetry, observer } = anObserver();
    world.cluster.nodes = [
      aNode({ name: 'ready' }),
      aNode({ name: 'sick', isReady: false }),
      aNode({ name: 'server', isControlPlane: true }),
    ];
    await observer.refreshUtilization(OUTLOOK, world.signal);
    expect(telemetry.queries).toEqual([{ nodeNames: ['ready'], windowMs: 600_000, stepMs: 15_000 }]);
  });
});

describe('CachedUtilization', () => {
  const query = { nodeNames: ['i-1'], windowMs: 600_000, stepMs: 15_000 };

  it('asks again only after a step, or for another window', async () => {
    const { world, telemetry } = anObserver();
    const cached = new CachedUtilization(telemetry, world.clock);
    telemetry.answer = aUtilization({ cpuPercent: steady(50) });
    await cached.refresh(query, world.signal);
    await cached.refresh(query, world.signal);
    expect(telemetry.queries).toHaveLength(1);
    expect(cached.get()).toBe(telemetry.answer);
    await cached.refresh({ ...query, windowMs: 60_000 }, world.signal);
    await world.clock.advance(15_000);
    await cached.refresh({ ...query, windowMs: 60_000 }, world.signal);
    expect(telemetry.queries).toHaveLength(3);
  });

  it('is unknown, with the reason, when telemetry is away or too late', async () => {
    const { world, telemetry } = anObserver();
    const cached = new CachedUtilization(telemetry, world.clock);
    telemetry.isAway = true;
    await cached.refresh(query, world.signal);
    expect(cached.get().cpuPercent).toEqual({ status: 'unknown', why: 'telemetry is away' });
    telemetry.isAway = false;
    telemetry.delayMs = 3_600_000;
    await world.clock.advance(15_000);
    const refreshed = cached.refresh(query, world.signal);
    await world.clock.advance(5_000);
    await refreshed;
    expect(cached.get().cpuPercent).toMatchObject({ why: expect.stringContaining('within 5000 ms') });
    expect(world.clock.sleepers()).toBe(0);
  });
});

describe('CachedOfferings', () => {
  it('asks once, and beside the rounds when the answer is old', async () => {
    const { world } = anObserver();
    const cached = new CachedOfferings(world.cloud, world.clock);
    const first = await cached.get(OUTLOOK, world.signal);
    await cached.get(OUTLOOK, world.signal);
    expect(world.log).toEqual(['offerings']);
    await world.clock.advance(300_001);
    world.cloud.catalogue = [anOffering()];
    expect(await cached.get(OUTLOOK, world.signal)).toBe(first);
    await world.clock.advance(0);
    expect(await cached.get(OUTLOOK, world.signal)).toEqual(world.cloud.catalogue);
    expect(world.log).toEqual(['offerings', 'offerings']);
  });

  it('keeps the last prices when EC2 does not answer, but nothing that is not wanted any more', async () => {
    const { world } = anObserver();
    const cached = new CachedOfferings(world.cloud, world.clock);
    await cached.get(OUTLOOK, world.signal);
    world.cloud.failures.offerings = 1;
    const fewer = await cached.get({ types: ['t3.small'], zones: ['ap-southeast-1a'] }, world.signal);
    expect(fewer.map(({ type, zone }) => `${type} ${zone}`)).toEqual([
      't3.small ap-southeast-1a',
      't3.small ap-southeast-1a',
    ]);
  });

  it('offers nothing when EC2 has never answered, and asks again next time', async () => {
    const { world } = anObserver();
    const cached = new CachedOfferings(world.cloud, world.clock);
    world.cloud.failures.offerings = 1;
    expect(await cached.get(OUTLOOK, world.signal)).toEqual([]);
    expect(await cached.get(OUTLOOK, world.signal)).toHaveLength(8);
  });
});

describe('withDeadline', () => {
  const never = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });

  it('gives up when the time is over, and tells the call', async () => {
    const { world } = anObserver();
    const signals: AbortSignal[] = [];
    const options = { what: 'It', deadlineMs: 100, signal: world.signal };
    const call = withDeadline(world.clock, options, (signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    });
    const failure = call.catch((error: unknown) => error);
    await world.clock.advance(100);
    expect(await failure).toMatchObject({ code: 'deadline', retry: 'transient' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('passes the abort of its caller on and leaves no timer', async () => {
    const { world } = anObserver();
    const stop = new AbortController();
    const options = { what: 'It', deadlineMs: 100, signal: stop.signal };
    const failure = withDeadline(world.clock, options, never).catch((error: unknown) => error);
    stop.abort();
    expect(await failure).toMatchObject({ message: 'aborted' });
    expect(world.clock.sleepers()).toBe(0);
  });
});
