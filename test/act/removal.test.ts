import { describe, expect, it } from '@jest/globals';
import { abortRemoval } from '../../src/act/remove/advance-removal.ts';
import type { RemoveOperation } from '../../src/model/operation.ts';
import { PortError } from '../../src/ports.ts';
import { aNode, anInstance, aRemoval } from '../builders/fleet.ts';
import { aPod, type PodParts } from '../builders/pod.ts';
import { ActWorld } from '../fakes/act-world.ts';

/** A worker with pods on it, and its removal just intended. */
function aBusyNode(...pods: readonly PodParts[]): { world: ActWorld; removal: RemoveOperation } {
  const world = new ActWorld();
  world.cluster.nodes = [aNode()];
  world.cluster.pods = pods.map((pod, i) => aPod({ name: `p${i + 1}`, nodeName: 'i-1', ...pod }));
  world.cloud.list = [anInstance()];
  const nowMs = world.clock.now();
  return { world, removal: aRemoval({ createdAtMs: nowMs, deadlineMs: nowMs + 300_000 }) };
}

function expectUncordoned(world: ActWorld): void {
  expect(world.cluster.nodes).toMatchObject([{ isUnschedulable: false, cordonedBy: undefined }]);
  expect(world.cloud.list).toMatchObject([{ state: 'running' }]);
}

describe('removing a node', () => {
  it('cordons, evicts, terminates the empty machine and deletes the node last, each step written down before', async () => {
    const { world, removal } = aBusyNode({});
    expect(await world.remove(removal)).toMatchObject({ step: 'removed', endedAtMs: world.clock.now() });
    expect(world.log).toEqual([
      'cordon i-1',
      'put draining',
      'evict default/p1 30',
      'put terminating',
      'terminate i-1',
      'delete-node i-1',
      'put removed',
    ]);
  });

  it('gives each pod its own grace, at most the limit and never less than a second', async () => {
    const { world, removal } = aBusyNode({ graceSeconds: 600 }, { graceSeconds: 0 }, { graceSeconds: 20 });
    await world.remove(removal);
    expect(world.calls().filter((call) => call.startsWith('evict'))).toEqual([
      'evict default/p1 60',
      'evict default/p2 1',
      'evict default/p3 20',
    ]);
  });

  it('evicts the least important pods first and leaves DaemonSets, mirrors and finished pods alone', async () => {
    const owner = { kind: 'DaemonSet', name: 'agent', uid: 'uid-agent', replicas: undefined };
    const { world, removal } = aBusyNode(
      { priority: 9 },
      { priority: 1 },
      { owner },
      { isMirror: true },
      { phase: 'Succeeded' },
    );
    expect((await world.remove(removal)).step).toBe('removed');
    expect(world.calls().filter((call) => call.startsWith('evict'))).toEqual([
      'evict default/p2 30',
      'evict default/p1 30',
    ]);
  });

  it('lets the Deployment of a single replica bring a new pod first where its owner wants that, and evicts nothing', async () => {
    const owner = { kind: 'Deployment', name: 'web', uid: 'd', replicas: 1, move: 'surge' as const };
    const { world, removal } = aBusyNode({ owner });
    expect((await world.remove(removal)).step).toBe('removed');
    expect(world.calls().slice(0, 3)).toEqual([
      'cordon i-1',
      `surge default/p1 ${removal.id}`,
      'terminate i-1',
    ]);
  });

  it('turns back where it may not make the Deployment do so, and says what is missing', async () => {
    const owner = { kind: 'Deployment', name: 'web', uid: 'd', replicas: 1, move: 'surge' as const };
    const { world, removal } = aBusyNode({ owner });
    world.cluster.surgeOutcome = 'forbidden';
    const aborted = await world.remove(removal);
    expect(aborted).toMatchObject({ step: 'aborted', outcome: { code: 'surge-forbidden' } });
    expectUncordoned(world);
  });

  it('evicts such a pod at once where EC2 takes the machine back', async () => {
    const owner = { kind: 'Deployment', name: 'web', uid: 'd', replicas: 1, move: 'surge' as const };
    const { world, removal } = aBusyNode({ owner });
    await world.remove({ ...removal, interruption: 'spot-warning' });
    expect(world.calls()).toContain('evict default/p1 30');
  });

  it('does not delete the node before EC2 shows the machine going', async () => {
    const { world, removal } = aBusyNode();
    world.cloud.stateAfterTerminate = 'running';
    const terminating = await world.remove(removal, 'terminating');
    for (let i = 0; i < 6; i += 1) {
      expect(await world.removalStep(terminating)).toBe(terminating);
      await world.clock.advance(2_000);
    }
    expect(world.cluster.nodes).toHaveLength(1);
    expect(world.calls().filter((call) => call === 'terminate i-1')).toHaveLength(2);
    world.cloud.move('i-1', 'shutting-down');
    expect((await world.removalStep(terminating)).step).toBe('removed');
    expect(world.cluster.nodes).toEqual([]);
  });

  it('keeps its step and repeats when the terminate call fails (F58)', async () => {
    const { world, removal } = aBusyNode();
    world.cloud.failures.terminate = 1;
    const terminating = await world.remove(removal, 'terminating');
    await expect(world.removalStep(terminating)).rejects.toThrow(PortError);
    expect(world.cluster.nodes).toMatchObject([
      { isUnschedulable: true, cordonedBy: { operationId: 'op-2' } },
    ]);
    expect((await world.remove(terminating)).step).toBe('removed');
  });

  it('believes a machine missing from the list only after half a minute and without a Ready node (F44)', async () => {
    const { world, removal } = aBusyNode();
    world.cloud.list = [];
    const terminating = { ...removal, step: 'terminating' as const };
    for (let i = 0; i < 30; i += 1) {
      expect((await world.removalStep(terminating)).step).toBe('terminating');
      await world.clock.advance(2_000);
    }
    world.cluster.edit('i-1', { isReady: false });
    expect((await world.removalStep(terminating)).step).toBe('removed');
  });

  it('believes no missing machine to a list that lacks those of most ready nodes (F43)', async () => {
    const { world, removal } = aBusyNode();
    world.cluster.nodes = [aNode({ isReady: false }), aNode({ name: 'i-2' }), aNode({ name: 'i-3' })];
    world.cloud.list = [];
    const terminating = { ...removal, step: 'terminating' as const };
    const waitAMinute = async () => {
      for (let i = 0; i < 30; i += 1) {
        expect((await world.removalStep(terminating)).step).toBe('terminating');
        await world.clock.advance(2_000);
      }
    };
    await waitAMinute();
    expect(world.calls()).toContain('terminate i-1');
    expect(world.cluster.nodes).toHaveLength(3);
    world.cloud.list = [anInstance({ id: 'i-2' }), anInstance({ id: 'i-3' })];
    expect((await world.removalStep(terminating)).step).toBe('terminating');
    await world.clock.advance(30_000);
    expect((await world.removalStep(terminating)).step).toBe('removed');
  });

  it('drains a pod that landed after the last look before it terminates the machine (F52)', async () => {
    const { world, removal } = aBusyNode();
    const terminating = await world.remove(removal, 'terminating');
    world.cluster.pods = [aPod({ name: 'late', nodeName: 'i-1' })];
    expect((await world.removalStep(terminating)).step).toBe('draining');
    expect((await world.remove(terminating)).step).toBe('removed');
    expect(world.calls()).toEqual([
      'cordon i-1',
      'evict default/late 30',
      'terminate i-1',
      'delete-node i-1',
    ]);
  });

  it('goes on to terminate when the node is gone already', async () => {
    const { world, removal } = aBusyNode();
    world.cluster.nodes = [];
    expect((await world.remove(removal)).step).toBe('removed');
    expect(world.calls()).toEqual(['cordon i-1', 'terminate i-1']);
  });

  it('cordons again when a person took the cordon off', async () => {
    const { world, removal } = aBusyNode({});
    const draining = await world.remove(removal, 'draining');
    world.cluster.edit('i-1', { isUnschedulable: false, cordonedBy: undefined });
    expect((await world.removalStep(draining)).step).toBe('draining');
    expect(world.calls()).toEqual(['cordon i-1', 'cordon i-1']);
  });
});

describe('a removal that turns back', () => {
  it('says how long the drain lasted in all when it was taken up again after its deadline', async () => {
    const { world } = aBusyNode({});
    const nowMs = world.clock.now();
    world.cluster.edit('i-1', {
      isUnschedulable: true,
      cordonedBy: { operationId: 'op-2', atMs: nowMs - 90_000 },
    });
    const late = aRemoval({ step: 'draining', createdAtMs: nowMs, deadlineMs: nowMs - 30_000 });
    expect(await world.remove(late)).toMatchObject({
      outcome: { code: 'drain-timeout', facts: { pods: 1, seconds: 90 } },
    });
  });

  it('retries a pod that a budget holds until the deadline, then uncordons and says which budget (F49)', async () => {
    const { world, removal } = aBusyNode({});
    const held = { status: 'blocked', budget: 'web', retryAfterMs: undefined } as const;
    world.cluster.scriptedEvictions.push(...Array.from({ length: 100 }, () => held));
    expect(await world.remove(removal)).toMatchObject({
      step: 'aborted',
      outcome: { code: 'drain-timeout', text: expect.stringContaining('budget web') },
    });
    expect(world.clock.now()).toBe(removal.deadlineMs);
    const evictions = world.calls().filter((call) => call.startsWith('evict'));
    expect(evictions.length).toBeGreaterThan(20);
    expect(evictions.length).toBeLessThan(45);
    expectUncordoned(world);
  });

  it('waits until the deadline for a pod that takes ten minutes to end, then uncordons; what has moved stays moved (F51)', async () => {
    const { world, removal } = aBusyNode({}, { graceSeconds: 600, deletionRequestedAtMs: 1 });
    expect(await world.remove(removal)).toMatchObject({
      step: 'aborted',
      outcome: { code: 'drain-timeout', text: expect.stringContaining('1 pod is still on i-1 after 300 s') },
    });
    expect(world.clock.now()).toBe(removal.deadlineMs);
    expect(world.calls()).toEqual(['cordon i-1', 'evict default/p1 30', 'uncordon i-1']);
    expect(world.cluster.pods.map(({ name }) => name)).toEqual(['p2']);
    expectUncordoned(world);
  });

  it('waits as long as the API server asks before it evicts again', async () => {
    const { world, removal } = aBusyNode({});
    world.cluster.scriptedEvictions.push({ status: 'blocked', budget: 'web', retryAfterMs: 40_000 });
    const startMs = world.clock.now();
    await world.remove(removal, 'terminating');
    expect(world.clock.now() - startMs).toBeGreaterThanOrEqual(40_000);
    expect(world.calls()).toEqual(['cordon i-1', 'evict default/p1 30', 'evict default/p1 30']);
  });

  it('evicts again after the API server failed', async () => {
    const { world, removal } = aBusyNode({});
    const away = new PortError('away', { retry: 'transient', code: 'ECONNRESET' });
    world.cluster.scriptedEvictions.push(away, { status: 'transient', message: 'internal error' });
    expect((await world.remove(removal)).step).toBe('removed');
  });

  it('aborts at once when two budgets select a pod (F50)', async () => {
    const { world, removal } = aBusyNode({});
    world.cluster.scriptedEvictions.push({ status: 'misconfigured', message: 'two budgets' });
    expect(await world.remove(removal)).toMatchObject({
      step: 'aborted',
      outcome: { code: 'budget-misconfigured' },
    });
    expect(world.clock.now()).toBe(removal.createdAtMs);
    expectUncordoned(world);
  });

  it.each<[string, PodParts]>([
    ['has an annotation against it', { disruption: 'never' }],
    ['nothing would make again', { owner: undefined }],
    ['keeps its data on the node', { hasLocalVolume: true }],
    ['belongs to the system', { namespace: 'kube-system' }],
    ['is of a StatefulSet', { owner: { kind: 'StatefulSet', name: 'db', uid: 'u', replicas: 3 } }],
    ['is the only replica', { owner: { kind: 'Deployment', name: 'one', uid: 'u', replicas: 1 } }],
  ])('aborts when a pod turns up late that %s (F52, F53)', async (_, parts) => {
    const { world, removal } = aBusyNode({});
    const draining = await world.remove(removal, 'draining');
    world.cluster.pods.push(aPod({ name: 'late', nodeName: 'i-1', ...parts }));
    expect(await world.remove(draining)).toMatchObject({
      step: 'aborted',
      outcome: { code: 'protected-pod' },
    });
    expect(world.calls()).toEqual(['cordon i-1', 'uncordon i-1']);
    expect(world.notices().map(({ code }) => code)).toEqual(['protected-pod']);
    expectUncordoned(world);
  });

  it('uncordons on request while it drains (F57)', async () => {
    const { world, removal } = aBusyNode({});
    const draining = await world.remove(removal, 'draining');
    const reasons = [{ code: 'load-rose' as const, text: 'CPU is at 91 %.' }];
    const { operation } = await abortRemoval(draining, reasons, world.ports, world.signal);
    expect(await world.remove(operation)).toMatchObject({ step: 'aborted', outcome: reasons[0] });
    expectUncordoned(world);
  });

  it('goes on despite the request once the machine is being terminated', async () => {
    const { world, removal } = aBusyNode();
    const terminating = await world.remove(removal, 'terminating');
    const reasons = [{ code: 'load-rose' as const, text: 'CPU is at 91 %.' }];
    const { operation } = await abortRemoval(terminating, reasons, world.ports, world.signal);
    expect((await world.remove(operation)).step).toBe('removed');
  });

  it("leaves a person's cordon alone", async () => {
    const { world, removal } = aBusyNode();
    world.cluster.edit('i-1', { isUnschedulable: true });
    expect((await world.remove({ ...removal, step: 'aborting' })).step).toBe('aborted');
    expect(world.cluster.nodes).toMatchObject([{ isUnschedulable: true }]);
  });

  it('is not begun past its deadline', async () => {
    const { world, removal } = aBusyNode();
    expect((await world.remove({ ...removal, deadlineMs: world.clock.now() })).step).toBe('aborted');
    expect(world.calls()).toEqual(['uncordon i-1']);
  });
});

describe('a removal of a replica without the lease', () => {
  it('changes nothing, in the world or in the ledger, at any step', async () => {
    const { world, removal } = aBusyNode({});
    world.isLeader = false;
    for (const step of ['intended', 'draining', 'terminating', 'aborting'] as const) {
      await world.removalStep({ ...removal, step });
      await world.removalStep({ ...removal, step, deadlineMs: world.clock.now() });
    }
    expect(world.log).toEqual([]);
    expect(world.events).toEqual([]);
  });
});
