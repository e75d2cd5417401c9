import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasEnded, type Operation } from '../../src/model/operation.ts';
import { aRemoval } from '../builders/fleet.ts';
import {
  aliveInstances,
  eventsOn,
  expectNothingLeaked,
  isCordoned,
  untilSettled,
  workers,
} from './harness/fleet-state.ts';
import { applyObject, shippedObjects } from './harness/manifests.ts';
import { measured } from './harness/measurements.ts';
import { eventually } from './harness/poll.ts';
import { IDLE, STEADY, testPolicy } from './harness/test-policy.ts';
import { needs, rightsGiven, rightText } from './harness/used-rights.ts';
import { budget, deploy, disruptionsAllowed, dropBudget, runningPods, scale } from './harness/workloads.ts';
import { NAMESPACE, startWorld, type World } from './harness/world.ts';

const APP = 'web';
/** A removal of long ago: the ledger keeps what has ended for a day. */
const LONG_ENDED = {
  apiVersion: 'smartscale.dev/v1',
  kind: 'ScalingOperation',
  metadata: { name: 'd-long-ago-1', namespace: NAMESPACE },
  spec: {
    fencingToken: 0,
    operation: aRemoval({ id: 'd-long-ago-1', step: 'removed', endedAtMs: Date.now() - 2 * 86_400_000 }),
  },
};
let world: World;

beforeAll(async () => {
  world = await startWorld('grow-and-shrink');
  world.exporters.setAll(STEADY);
  await world.setPolicy(testPolicy());
  await eventually('an old entry in the ledger', () => applyObject(world.kube, LONG_ENDED));
});

afterAll(async () => {
  await world?.stop();
});

describe('the autoscaler on real components', () => {
  it('builds the fleet up to its minimum, one worker in each zone', async () => {
    const from = performance.now();
    await world.autoscaler.start();
    const nodes = await untilSettled(world, 2);
    measured({
      scenario: 'minimum',
      what: 'start → 2 ready workers',
      seconds: (performance.now() - from) / 1000,
    });
    const zones = nodes.map((node) => node.metadata.labels?.['topology.kubernetes.io/zone']);
    expect(new Set(zones).size).toBe(2);
  });

  it('grows when pods do not fit, and they run', async () => {
    // Two pods fit on a t3.small, so the fifth waits for a third worker.
    const from = performance.now();
    await deploy(world.kube, { name: APP, replicas: 5, cpu: '900m' });
    await eventually('five running pods', async () => (await runningPods(world.kube, APP)).length === 5);
    measured({
      scenario: 'pods that do not fit',
      what: 'deployed → all run (machines boot in 0.5 s)',
      seconds: (performance.now() - from) / 1000,
    });
    await untilSettled(world, 3);
    await expectNothingLeaked(world);
  });

  it('gives a drain up when a disruption budget allows nothing, uncordons the node and says so', async () => {
    await scale(world.kube, APP, 3);
    await eventually('three running pods', async () => (await runningPods(world.kube, APP)).length === 3);
    const held = world.gate.holdEvictions();
    const idleFrom = performance.now();
    world.exporters.setAll(IDLE);
    await held.reached();
    measured({
      scenario: 'idle',
      what: 'idle → first eviction (window 15 s)',
      seconds: (performance.now() - idleFrom) / 1000,
    });
    const draining = (await workers(world.kube)).find(isCordoned);
    expect(draining).toBeDefined();
    await budget(world.kube, APP, { minAvailable: '100%' });
    await eventually(
      'the budget to allow nothing',
      async () => (await disruptionsAllowed(world.kube, APP)) === 0,
    );
    const from = performance.now();
    held.release();
    await eventually('the cordon to be taken off', async () => !(await workers(world.kube)).some(isCordoned));
    measured({
      scenario: 'budget allows nothing',
      what: 'refused → uncordoned (drain timeout 10 s)',
      seconds: (performance.now() - from) / 1000,
    });
    const name = draining?.metadata.name ?? '';
    const event = await eventually('an Event on the node', async () =>
      (await eventsOn(world.kube, 'Node', name)).find((e) => e['reason'] === 'RemovalAborted'),
    );
    expect(event['type']).toBe('Warning');
    expect(await runningPods(world.kube, APP)).toHaveLength(3);
    expect(await aliveInstances(world)).toHaveLength(3);
    expect(world.proxy.callsOf('TerminateInstances')).toEqual([]);
  });

  it('removes the right node when idle: the spot one of the fuller zone, drained before it is terminated', async () => {
    const before = await workers(world.kube);
    const right = before.filter((node) => node.metadata.labels?.['smartscale.dev/lifecycle'] === 'spot');
    expect(right).toHaveLength(1);
    const from = performance.now();
    await dropBudget(world.kube, APP);
    const left = await untilSettled(world, 2);
    measured({
      scenario: 'idle',
      what: 'budget gone → node drained, terminated, deleted',
      seconds: (performance.now() - from) / 1000,
    });
    const gone = before
      .map((n) => n.metadata.name)
      .filter((name) => !left.some((n) => n.metadata.name === name));
    expect(gone).toEqual(right.map((node) => node.metadata.name));
    await eventually('three running pods', async () => (await runningPods(world.kube, APP)).length === 3);
    const evicted = world.gate.lastCallMs('POST', '/eviction');
    const terminated = world.proxy.callsOf('TerminateInstances').map((call) => call.atMs);
    const deleted = world.gate.lastCallMs('DELETE', `/nodes/${gone[0]}`);
    expect(terminated).toHaveLength(1);
    expect([evicted, terminated[0], deleted]).toEqual(
      [evicted, terminated[0], deleted].sort((a, b) => Number(a) - Number(b)),
    );
    expect(
      world.gate.calls.filter((call) => call.method === 'DELETE' && call.path.includes('/pods/')),
    ).toEqual([]);
  });

  it('stays at the minimum, however idle it is', async () => {
    const decisions = () => world.autoscaler.log().filter((line) => line['msg'] === 'decision');
    const seen = decisions().length;
    const idleFor = await eventually('ten more decisions on an idle fleet', () => {
      const later = decisions().slice(seen);
      return later.length >= 10 ? later : undefined;
    });
    expect(idleFor.filter((line) => Number(line['desiredNodes']) < 2)).toEqual([]);
    expect(await aliveInstances(world)).toHaveLength(2);
    await expectNothingLeaked(world);
  });

  it('keeps what it did in the ledger, and forgets what ended more than a day ago', async () => {
    const items = await world.kube.list(`/apis/smartscale.dev/v1/namespaces/${NAMESPACE}/scalingoperations`);
    const operations = items.map((item) => (item['spec'] as { operation: Operation }).operation);
    expect(operations.map(({ id }) => id)).not.toContain('d-long-ago-1');
    expect(operations.filter(({ step }) => step === 'ready')).toHaveLength(3);
    expect(operations.map(({ step }) => step)).toEqual(expect.arrayContaining(['aborted', 'removed']));
    expect(operations.filter((operation) => !hasEnded(operation))).toEqual([]);
  });

  it('has used every right that the shipped roles give, and was refused nothing, by the audit log', () => {
    const roles = shippedObjects('autoscaler').filter(
      (object) => object.kind === 'ClusterRole' || object.kind === 'Role',
    );
    const given = rightsGiven(roles);
    expect(given.length).toBeGreaterThan(20);
    const calls = world.audit.callsOf({ namespace: NAMESPACE, name: 'smartscale' });
    expect(calls.length).toBeGreaterThan(100);
    const unused = given.filter((right) => !calls.some((call) => call.isAllowed && needs(call, right)));
    expect(unused.map(rightText)).toEqual([]);
    expect(calls.filter((call) => !call.isAllowed)).toEqual([]);
  });
});
