import { describe, expect, it } from '@jest/globals';
import { selectorOf } from '../../../src/model/selector.ts';
import { aWorld, MINUTE_MS, nasaTrace, withNodes } from '../../builders/simulated-world.ts';

const ON_DEMAND = 't3.small/ap-southeast-1a/on-demand';
const SPOT = 't3.small/ap-southeast-1a/spot';
const signal = new AbortController().signal;

describe('SimulatedWorld', () => {
  it('begins with a server, pending pods and no workers', async () => {
    const world = aWorld();
    await world.advanceTo(MINUTE_MS - 1_000);
    const { nodes, pods, daemons } = world.cluster.view();
    expect(nodes.map((n) => n.name)).toEqual(['server-1']);
    expect(pods.filter((p) => p.unschedulableSinceMs !== undefined).map((p) => p.owner?.name)).toContain(
      'web',
    );
    expect(daemons.map((d) => d.name)).toEqual(['monitoring/node-exporter', 'monitoring/log-agent']);
    expect(world.view()).toMatchObject({ readyWorkers: 0, shortMinutes: 1, costUsd: 0 });
  });

  it('boots an instance into a tainted node, which takes pods once it is admitted', async () => {
    const world = aWorld({ peakNodes: 1 });
    const [id = ''] = await withNodes(world, 2);
    const { nodes, pods } = world.cluster.view();
    expect(nodes.find((n) => n.name === id)).toMatchObject({ isReady: true, taints: [], instanceId: id });
    expect(pods.every((p) => p.nodeName !== undefined)).toBe(true);
    await world.advanceTo(world.clock.monotonicMs() + 20 * MINUTE_MS);
    const view = world.view();
    expect(view.servedMillis).toBeGreaterThan(0.99 * view.demandMillis);
    expect(view.costUsd).toBeGreaterThan(0);
    expect(view.nodeHours).toBeGreaterThan(0.6);
  });

  it('lets machines not join, not become ready, come late or die while boots fail', async () => {
    const world = aWorld();
    const fates = new Map<string, string>();
    world.log.follow(({ kind, facts }) => {
      if (kind === 'boot-trouble') fates.set(String(facts['instance']), String(facts['fate']));
    });
    world.faults.activateFault('boots-fail', 60 * MINUTE_MS);
    for (let i = 0; i < 30; i += 1) {
      const operationId = `op-${i}`;
      void world.cloud.launch(
        { clientToken: operationId, operationId, offerings: [ON_DEMAND], tags: {} },
        signal,
      );
    }
    const bootOutcomeOf = (id: string) => fates.get(id) ?? 'well';
    const seen = () => {
      const nodes = new Map(world.cluster.view().nodes.map((node) => [node.instanceId, node]));
      return world.cloud
        .shown()
        .map(({ id, state }) => ({ fate: bootOutcomeOf(id), state, isReady: nodes.get(id)?.isReady }));
    };
    await world.advanceTo(90_000);
    expect(
      seen()
        .filter(({ fate }) => fate === 'late')
        .map(({ isReady }) => isReady),
    ).not.toContain(true);
    await world.advanceTo(10 * MINUTE_MS);
    const ends: Record<string, unknown> = {
      well: { state: 'running', isReady: true },
      late: { state: 'running', isReady: true },
      'never-joins': { state: 'running', isReady: undefined },
      'never-ready': { state: 'running', isReady: false },
      dies: { state: 'terminated', isReady: undefined },
    };
    expect(new Set(seen().map(({ fate }) => fate))).toEqual(new Set(Object.keys(ends)));
    for (const { fate, ...end } of seen())
      expect({ fate, ...end }).toEqual({ fate, ...(ends[fate] as object) });
  });

  it('gives the same answer to the same client token, and refuses it for something else', async () => {
    const world = aWorld();
    const request = { clientToken: 't', operationId: 'op', offerings: [ON_DEMAND], tags: {} } as const;
    const first = world.cloud.launch(request, signal);
    const second = world.cloud.launch(request, signal);
    const other = world.cloud.launch({ ...request, offerings: [SPOT] }, signal);
    await world.advanceTo(5_000);
    expect((await second).instance?.id).toBe((await first).instance?.id);
    expect(await world.cloud.instances()).toHaveLength(1);
    expect(await other).toMatchObject({
      instance: { id: (await first).instance?.id },
      faults: [{ class: 'token-mismatch' }],
    });
  });

  it('makes the instance even if nobody waits for the answer', async () => {
    const world = aWorld();
    const abort = new AbortController();
    const launch = world.cloud.launch(
      { clientToken: 't', operationId: 'op', offerings: [ON_DEMAND], tags: {} },
      abort.signal,
    );
    abort.abort();
    await expect(launch).rejects.toMatchObject({ name: 'PortError', retry: 'transient' });
    expect(await world.cloud.instances()).toHaveLength(1);
  });

  it('refuses offerings without capacity until their window is over', async () => {
    const world = aWorld();
    world.faults.failCapacity({ lifecycle: 'spot', zone: 'ap-southeast-1a' }, 10);
    const launch = (token: string) =>
      world.cloud.launch({ clientToken: token, operationId: token, offerings: [SPOT], tags: {} }, signal);
    const refused = launch('one');
    await world.advanceTo(5_000);
    expect(await refused).toMatchObject({
      instance: undefined,
      faults: [{ class: 'capacity', offerings: [SPOT] }],
    });
    await world.advanceTo(10 * MINUTE_MS);
    const granted = launch('two');
    await world.advanceTo(11 * MINUTE_MS);
    expect((await granted).instance?.lifecycle).toBe('spot');
  });

  it('does not know a type that the catalogue does not have', async () => {
    const world = aWorld();
    const launch = world.cloud.launch(
      { clientToken: 't', operationId: 'op', offerings: ['q9.huge/ap-southeast-1a/spot'], tags: {} },
      signal,
    );
    await world.advanceTo(5_000);
    expect((await launch).faults[0]?.class).toBe('configuration');
  });

  it('takes a spot instance back two minutes after the notice; its node stays and turns NotReady', async () => {
    const world = aWorld();
    const launch = world.cloud.launch(
      { clientToken: 't', operationId: 'op', offerings: [SPOT], tags: {} },
      signal,
    );
    await world.advanceTo(2 * MINUTE_MS);
    const id = (await launch).instance?.id ?? '';
    expect(world.faults.interruptSpot()).toBe(id);
    expect(world.faults.interruptSpot()).toBeUndefined();
    await world.advanceTo(4 * MINUTE_MS - 1);
    expect((await world.cloud.instances())[0]?.state).toBe('running');
    await world.advanceTo(5 * MINUTE_MS);
    expect((await world.cloud.instances())[0]?.state).toMatch(/shutting-down|terminated/);
    const node = world.cluster.view().nodes.find((n) => n.name === id);
    expect(node?.isReady).toBe(false);
  });

  it('moves the pods of a dead node after five minutes and frees them when the node is deleted', async () => {
    const world = aWorld();
    const [first = '', second = ''] = await withNodes(world, 3);
    world.faults.killNode(first);
    await world.advanceTo(world.clock.monotonicMs() + 41_000);
    const node = world.cluster.view().nodes.find((n) => n.name === first);
    expect(node?.isReady).toBe(false);
    await world.advanceTo(world.clock.monotonicMs() + 6 * MINUTE_MS);
    const left = () => world.cluster.view().pods.filter((p) => p.nodeName === first);
    expect(left().some((p) => p.deletionRequestedAtMs !== undefined)).toBe(true);
    expect(await world.cluster.deleteNode(first, 'another uid')).toBe('gone');
    expect(await world.cluster.deleteNode(first, node?.uid ?? '')).toBe('done');
    expect(left()).toEqual([]);
    expect(world.cluster.view().nodes.some((n) => n.name === second)).toBe(true);
  });

  it('evicts as budgets allow, and its owner replaces the pod elsewhere', async () => {
    const world = aWorld();
    const [first = ''] = await withNodes(world, 3);
    const api = () => world.cluster.view().pods.filter((p) => p.owner?.name === 'api');
    const [one, two] = api();
    if (one === undefined || two === undefined) throw new Error('the shop has two api pods');
    await world.cluster.cordon(first, { operationId: 'op', atMs: 0 });
    expect(await world.cluster.evict(one, 30)).toEqual({ status: 'evicted' });
    expect(await world.cluster.evict(two, 30)).toMatchObject({ status: 'blocked', budget: 'api' });
    await world.advanceTo(world.clock.monotonicMs() + MINUTE_MS);
    expect(api().filter((p) => p.phase === 'Running')).toHaveLength(2);
    expect(await world.cluster.evict(one, 30)).toEqual({ status: 'gone' });
  });

  it('calls a pod with two budgets misconfigured', async () => {
    const world = aWorld();
    await withNodes(world, 2);
    const selector = selectorOf({ app: 'web' });
    world.cluster.addBudget({ namespace: 'shop', name: 'second', selector, limit: { minAvailable: 0 } });
    const pod = world.cluster.view().pods.find((p) => p.owner?.name === 'web');
    if (pod === undefined) throw new Error('the shop has web pods');
    expect(await world.cluster.evict(pod, 30)).toMatchObject({ status: 'misconfigured' });
  });

  it('takes off only its own cordon', async () => {
    const world = aWorld();
    const [first = ''] = await withNodes(world, 1);
    await world.cluster.cordon(first, { operationId: 'one', atMs: 0 });
    expect(await world.cluster.uncordon(first, 'two')).toBe('not-ours');
    expect(await world.cluster.uncordon(first, 'one')).toBe('done');
    expect(await world.cluster.uncordon(first, 'one')).toBe('done');
    expect(await world.cluster.cordon('nowhere', { operationId: 'one', atMs: 0 })).toBe('gone');
    expect(await world.cluster.uncordon('nowhere', 'one')).toBe('gone');
    expect(await world.cluster.admitNode('nowhere')).toBe('gone');
  });

  it('lets a burst of pods come and go', async () => {
    const world = aWorld();
    world.faults.burst(7);
    await world.advanceTo(MINUTE_MS);
    const burst = () => world.cluster.view().pods.filter((p) => p.owner?.name === 'burst-1').length;
    expect(burst()).toBe(7);
    await world.advanceTo(16 * MINUTE_MS);
    expect(burst()).toBe(0);
  });

  it('tells watchers of what matters, until they stop listening', async () => {
    const world = aWorld();
    let calls = 0;
    const stop = world.cluster.onChange(() => {
      calls += 1;
    });
    await world.advanceTo(MINUTE_MS);
    expect(calls).toBeGreaterThan(0);
    stop();
    const before = calls;
    world.faults.burst(3);
    await world.advanceTo(2 * MINUTE_MS);
    expect(calls).toBe(before);
  });

  it('has an outage of telemetry on demand, and a load that can be multiplied', async () => {
    const world = aWorld({ trace: nasaTrace() });
    world.faults.telemetryOutage(5);
    expect(world.telemetry.isOff).toBe(true);
    await world.advanceTo(MINUTE_MS);
    const before = world.view().demandMillis;
    world.faults.setLoadFactor(3);
    expect(() => world.faults.setLoadFactor(-1)).toThrow(RangeError);
    await world.advanceTo(MINUTE_MS + 15_000);
    expect(world.view().demandMillis).toBeGreaterThan(2 * before);
    expect(world.events(1)[0]?.kind).toBe('load-factor');
  });
});
