import { describe, expect, it } from '@jest/globals';
import { expediteRemoval } from '../../../src/act/remove/expedite-removal.ts';
import type { RemoveOperation } from '../../../src/model/operation.ts';
import type { ExpediteRemovalAction } from '../../../src/model/plan.ts';
import { aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { aPod, type PodParts } from '../../builders/pod.ts';
import { ActWorld } from '../../fakes/act-world.ts';

const blocked = { status: 'blocked', budget: 'web', retryAfterMs: 10_000 } as const;

/** A spot worker that EC2 interrupts two minutes from now, with pods on it. */
function aReclaimedNode(...pods: readonly PodParts[]): { world: ActWorld; removal: RemoveOperation } {
  const world = new ActWorld();
  world.cluster.nodes = [aNode({ lifecycle: 'spot' })];
  world.cluster.pods = pods.map((pod, i) => aPod({ name: `p${i + 1}`, nodeName: 'i-1', ...pod }));
  world.cloud.list = [anInstance({ lifecycle: 'spot' })];
  const nowMs = world.clock.now();
  const removal = aRemoval({
    createdAtMs: nowMs,
    deadlineMs: nowMs + 90_000,
    graceLimitSeconds: 30,
    interruption: 'spot-warning',
  });
  return { world, removal };
}

function evictions(world: ActWorld): readonly string[] {
  return world.calls().filter((call) => call.startsWith('evict'));
}

describe('draining a machine that EC2 takes back', () => {
  it('evicts what is protected, too, since it goes with the machine, and says how it went', async () => {
    const { world, removal } = aReclaimedNode(
      { disruption: 'never', graceSeconds: 600 },
      { owner: undefined },
      { hasLocalVolume: true },
    );
    expect(await world.remove(removal)).toMatchObject({
      step: 'removed',
      outcome: { code: 'interrupted', text: 'i-1: all pods moved in time, 5 s after the warning.' },
    });
    expect(evictions(world)).toEqual(['evict default/p1 30', 'evict default/p2 30', 'evict default/p3 30']);
  });

  it('asks again every few seconds while a budget holds a pod, and goes on past its deadline', async () => {
    const { world, removal } = aReclaimedNode({});
    world.cluster.scriptedEvictions.push(...Array.from({ length: 60 }, () => blocked));
    const startMs = world.clock.now();
    const drained = await world.remove(removal, 'terminating');
    expect(drained.step).toBe('terminating');
    // 1 and 2 s, then 3 s for each of the others, and 5 s until the node is looked at again.
    expect(world.clock.now() - startMs).toBe(182_000);
    expect(evictions(world)).toHaveLength(61);
  });

  it('tidies up when EC2 takes the machine before its pods are gone, and says which went with it', async () => {
    const { world, removal } = aReclaimedNode({}, {});
    world.cluster.scriptedEvictions.push(...Array.from({ length: 40 }, () => blocked));
    const draining = await world.remove(removal, 'draining');
    world.cloud.list = [anInstance({ lifecycle: 'spot', state: 'shutting-down' })];
    await world.clock.advance(6_000);
    expect(await world.remove(draining)).toMatchObject({
      step: 'removed',
      outcome: { text: expect.stringContaining('2 of its pods ended with the instance, default/p1 first') },
    });
    expect(world.calls().at(-1)).toBe('delete-node i-1');
    expect(world.calls()).not.toContain('terminate i-1');
  });

  it('goes on while EC2 does not answer', async () => {
    const { world, removal } = aReclaimedNode({});
    const draining = await world.remove(removal, 'draining');
    world.cloud.failures.instances = 1;
    await world.removalStep(draining);
    expect(evictions(world)).toEqual(['evict default/p1 30']);
  });

  it('begins even when the message came after the deadline', async () => {
    const { world, removal } = aReclaimedNode({});
    const late = { ...removal, deadlineMs: world.clock.now() - 10_000 };
    expect((await world.remove(late)).step).toBe('removed');
  });

  it('takes the cordon off again when EC2 does not take the machine after all', async () => {
    const { world, removal } = aReclaimedNode({});
    world.cluster.scriptedEvictions.push(...Array.from({ length: 100 }, () => blocked));
    expect(await world.remove(removal)).toMatchObject({
      step: 'aborted',
      outcome: { code: 'interruption-void' },
    });
    expect(world.clock.now()).toBe(removal.deadlineMs + 150_000);
    expect(world.cluster.nodes).toMatchObject([{ isUnschedulable: false, cordonedBy: undefined }]);
  });

  it('goes on asking where two budgets select a pod: only waiting is left', async () => {
    const { world, removal } = aReclaimedNode({});
    world.cluster.scriptedEvictions.push({ status: 'misconfigured', message: 'two budgets' });
    expect((await world.remove(removal)).step).toBe('removed');
  });
});

describe('draining a node that a person cordoned', () => {
  it('evicts its pods at once, since no new ones come, and leaves no mark on it (F47)', async () => {
    const { world, removal } = aReclaimedNode({});
    world.cluster.edit('i-1', { isUnschedulable: true });
    const startMs = world.clock.now();
    const terminating = await world.remove(removal, 'terminating');
    expect(evictions(world)).toEqual(['evict default/p1 30']);
    expect(world.clock.now() - startMs).toBeLessThan(10_000);
    expect(world.cluster.nodes).toMatchObject([{ isUnschedulable: true, cordonedBy: undefined }]);
    expect((await world.remove(terminating)).step).toBe('removed');
  });

  it('leaves the cordon of the person when it turns back', async () => {
    const { world, removal } = aReclaimedNode({});
    world.cluster.edit('i-1', { isUnschedulable: true });
    world.cluster.scriptedEvictions.push(...Array.from({ length: 100 }, () => blocked));
    expect(await world.remove(removal)).toMatchObject({
      step: 'aborted',
      outcome: { code: 'interruption-void' },
    });
    expect(world.cluster.nodes).toMatchObject([{ isUnschedulable: true, cordonedBy: undefined }]);
  });

  it('cordons it for itself once the person has taken the cordon off', async () => {
    const { world, removal } = aReclaimedNode({});
    world.cluster.edit('i-1', { isUnschedulable: true });
    world.cluster.scriptedEvictions.push(...Array.from({ length: 100 }, () => blocked));
    const draining = await world.removalStep(await world.remove(removal, 'draining'));
    world.cluster.edit('i-1', { isUnschedulable: false });
    await world.removalStep(draining);
    expect(world.cluster.nodes).toMatchObject([
      { isUnschedulable: true, cordonedBy: { operationId: removal.id } },
    ]);
  });

  it('takes over the mark of another removal before it evicts', async () => {
    const { world, removal } = aReclaimedNode({});
    const before = { operationId: 'op-1', atMs: 0 };
    const draining = await world.remove(removal, 'draining');
    world.cluster.edit('i-1', { isUnschedulable: true, cordonedBy: before });
    await world.removalStep(draining);
    expect(evictions(world)).toEqual([]);
    expect(world.cluster.nodes).toMatchObject([{ cordonedBy: { operationId: removal.id } }]);
  });
});

describe('a node that is only cordoned', () => {
  it('keeps its pods until the hold is over, and takes pods again then', async () => {
    const { world, removal } = aReclaimedNode({});
    const hold: RemoveOperation = { ...removal, interruption: 'rebalance', isCordonOnly: true };
    expect(await world.remove(hold)).toMatchObject({ step: 'aborted', outcome: { code: 'hold-over' } });
    expect(world.calls()).toEqual(['cordon i-1', 'uncordon i-1']);
  });
});

describe('hastening a removal', () => {
  const expedite: ExpediteRemovalAction = {
    kind: 'expedite-removal',
    operationId: 'op-2',
    nodeName: 'i-1',
    reasons: [{ code: 'spot-warning', text: 'EC2 takes it' }],
    deadlineMs: 90_000,
    graceLimitSeconds: 30,
  };

  async function expedited(parts: Partial<RemoveOperation>): Promise<RemoveOperation> {
    const { world, removal } = aReclaimedNode({});
    const { interruption: _none, ...before } = removal;
    const operation = { ...before, deadlineMs: 300_000, graceLimitSeconds: 60, ...parts };
    return (await expediteRemoval(operation, expedite, world.ports, world.signal)).operation;
  }

  it('writes the shorter time and the reason down', async () => {
    const reasons = [{ code: 'low-load' as const, text: 'low' }];
    expect(await expedited({ step: 'draining', reasons })).toMatchObject({
      step: 'draining',
      interruption: 'spot-warning',
      deadlineMs: 90_000,
      graceLimitSeconds: 30,
      reasons: [{ code: 'low-load' }, { code: 'spot-warning' }],
    });
  });

  it('drains again what was turning back or only cordoned', async () => {
    const back = await expedited({ step: 'aborting', outcome: { code: 'drain-timeout', text: '' } });
    expect(back).toMatchObject({ step: 'draining' });
    expect(back.outcome).toBeUndefined();
    expect((await expedited({ step: 'draining', isCordonOnly: true })).isCordonOnly).toBeUndefined();
  });

  it('leaves alone what is being terminated', async () => {
    expect(await expedited({ step: 'terminating' })).toMatchObject({
      step: 'terminating',
      deadlineMs: 300_000,
    });
  });
});
