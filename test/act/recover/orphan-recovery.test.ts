import { describe, expect, it } from '@jest/globals';
import { OrphanRecovery } from '../../../src/act/recover/orphan-recovery.ts';
import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { aSnapshot } from '../../builders/snapshot.ts';
import { ActWorld } from '../../fakes/act-world.ts';

const STARTUP = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
const MARK = { operationId: 'op-9', atMs: 1_000_000 };

const recovery = (nowMs = 1_100_000) => ({
  decisionId: 'd-now',
  policy: { digest: 'sha256:now', revision: undefined },
  nowMs,
  joinTimeoutMs: 300_000,
  drainTimeoutMs: 240_000,
  graceLimitSeconds: 50,
});

const find = (parts: Partial<Snapshot>, nowMs?: number): readonly Operation[] =>
  new OrphanRecovery().find(aSnapshot(parts), recovery(nowMs));

const known = (...value: readonly ReturnType<typeof anInstance>[]) => ({ status: 'known', value }) as const;

describe('launches that nobody carries out', () => {
  const booting = anInstance({ operationId: 'op-7', state: 'pending', launchedAtMs: 1_000_000 });

  it('are taken up again by the tag on their instance, under their own name and deadline (F22)', () => {
    expect(find({ instances: known(booting) })).toMatchObject([
      {
        kind: 'launch',
        id: 'op-7',
        step: 'launched',
        instanceId: 'i-1',
        offering: 't3.small/ap-southeast-1a/on-demand',
        launchedAtMs: 1_000_000,
        createdAtMs: 1_100_000,
        deadlineMs: 1_300_000,
        decisionId: 'd-now',
        startsCooldown: false,
      },
    ]);
  });

  it('are undone when the time to join is over: the machine is terminated (F41)', async () => {
    const world = new ActWorld();
    const nowMs = world.clock.now();
    const orphan = anInstance({ operationId: 'op-lost', launchedAtMs: nowMs - 900_000 });
    world.cloud.list = [orphan];
    const [launch] = new OrphanRecovery().find(aSnapshot({ instances: known(orphan) }), recovery(nowMs));
    if (launch?.kind !== 'launch') throw new Error('the orphan was not taken up');
    expect(await world.launch(launch)).toMatchObject({ step: 'failed', outcome: { code: 'join-timeout' } });
    expect(world.calls()).toEqual(['console i-1', 'terminate i-1']);
  });

  it('are taken up while their node still carries the startup taint, not after', () => {
    expect(find({ instances: known(booting), nodes: [aNode({ taints: STARTUP })] })).toHaveLength(1);
    expect(find({ instances: known(booting), nodes: [aNode()] })).toEqual([]);
  });

  it.each([
    ['has no tag of ours (F46)', { operationId: undefined }],
    ['is going', { state: 'terminated' }],
  ] as const)('are not seen in an instance that %s', (_, parts) => {
    expect(find({ instances: known({ ...booting, ...parts }) })).toEqual([]);
  });

  it('are not seen where an operation under way accounts for the instance', () => {
    const instances = known(booting);
    expect(find({ instances, operations: [aLaunch({ id: 'op-7' })] })).toEqual([]);
    expect(find({ instances, operations: [aRemoval({ instanceId: 'i-1' })] })).toEqual([]);
  });

  it('are taken up when their operation ended long ago and the instance is still no worker', () => {
    const ended = aLaunch({ id: 'op-7', step: 'failed', endedAtMs: 1_050_000 });
    expect(find({ instances: known(booting), operations: [ended] })).toMatchObject([{ id: 'op-7' }]);
  });

  it('are taken up though their operation ended at a time that is yet to come: the clock was set back', () => {
    const operations = [aLaunch({ id: 'op-7', step: 'ready', endedAtMs: 1_100_000 + 3_600_000 })];
    expect(find({ instances: known(booting), operations })).toHaveLength(1);
  });

  it('are not seen in a launch that has just ended, whose taint the watch still shows', () => {
    const ended = aLaunch({ id: 'op-7', step: 'ready', instanceId: 'i-1', endedAtMs: 1_099_000 });
    const nodes = [aNode({ taints: STARTUP })];
    expect(find({ instances: known(booting), nodes, operations: [ended] })).toEqual([]);
  });
});

describe('drains that nobody carries out', () => {
  const nodes = [aNode({ isUnschedulable: true, cordonedBy: MARK })];

  it('are taken up again by the mark on their node, under their own name and deadline', () => {
    expect(find({ nodes })).toMatchObject([
      { kind: 'remove', id: 'op-9', step: 'draining', deadlineMs: 1_240_000, graceLimitSeconds: 50 },
    ]);
  });

  it('are taken up even while EC2 does not answer', () => {
    expect(find({ nodes, instances: { status: 'unknown', why: 'away' } })).toMatchObject([{ id: 'op-9' }]);
  });

  it('turn back when their removal has ended', () => {
    const ended = aRemoval({ id: 'op-9', step: 'aborted', endedAtMs: 1_050_000 });
    expect(find({ nodes, operations: [ended] })).toMatchObject([{ id: 'op-9', step: 'aborting' }]);
  });

  it('are not seen in a removal that is under way, nor in one that has just ended', () => {
    expect(find({ nodes, operations: [aRemoval({ id: 'op-9' })] })).toEqual([]);
    const ended = aRemoval({ id: 'op-9', step: 'removed', endedAtMs: 1_099_000 });
    const instances = known(anInstance({ state: 'shutting-down' }));
    expect(find({ nodes, instances, operations: [ended] })).toEqual([]);
  });

  it("are not seen in a person's cordon (F47)", () => {
    expect(find({ nodes: [aNode({ isUnschedulable: true })] })).toEqual([]);
  });
});

describe('nodes whose machine is going', () => {
  it('are taken away at once', () => {
    const instances = known(anInstance({ state: 'terminated' }));
    expect(find({ nodes: [aNode()], instances })).toMatchObject([
      { kind: 'remove', id: 'gone-i-1', nodeName: 'i-1', step: 'terminating' },
    ]);
  });

  it('stay when they are of the control plane', () => {
    const instances = known(anInstance({ state: 'terminated' }));
    expect(find({ nodes: [aNode({ isControlPlane: true })], instances })).toEqual([]);
  });
});

describe('machines that somebody stopped', () => {
  it('are terminated, with a node or without, unless they are not ours', () => {
    const stopped = anInstance({ state: 'stopped', operationId: 'op-7' });
    const removal = [{ kind: 'remove', id: 'gone-i-1', step: 'terminating' }];
    expect(find({ instances: known(stopped) })).toMatchObject(removal);
    expect(find({ instances: known(stopped), nodes: [aNode({ isReady: false })] })).toMatchObject(removal);
    expect(find({ instances: known({ ...stopped, operationId: undefined }) })).toEqual([]);
  });
});

describe('nodes whose machine EC2 does not know', () => {
  const silent = aNode({ isReady: false });
  const healthy = ['i-2', 'i-3', 'i-4'].map((name) => aNode({ name }));
  const listed = known(...healthy.map(({ name }) => anInstance({ id: name })));

  function findOver(ms: number, snapshots: readonly Snapshot[]): readonly Operation[] {
    const leftovers = new OrphanRecovery();
    const found = snapshots.map((snapshot, i) =>
      leftovers.find(snapshot, recovery(1_100_000 + (ms * i) / (snapshots.length - 1))),
    );
    return found.at(-1) ?? [];
  }

  it('are taken away when that is seen for half a minute (F42)', () => {
    const snapshot = aSnapshot({ nodes: [silent, ...healthy], instances: listed });
    expect(findOver(29_999, [snapshot, snapshot])).toEqual([]);
    expect(findOver(30_000, [snapshot, snapshot])).toMatchObject([{ id: 'gone-i-1', step: 'terminating' }]);
  });

  it('stay when they were seen with it, or Ready, in between', () => {
    const snapshot = aSnapshot({ nodes: [silent, ...healthy], instances: listed });
    const well = aSnapshot({ nodes: [aNode(), ...healthy], instances: listed });
    expect(findOver(30_000, [snapshot, well, snapshot])).toEqual([]);
  });

  it('stay while they are Ready (F44)', () => {
    const snapshot = aSnapshot({ nodes: [aNode(), ...healthy], instances: listed });
    expect(findOver(600_000, [snapshot, snapshot])).toEqual([]);
  });

  it('stay when more than half of the workers are missing at once: the answer is doubted (F43)', () => {
    const nodes = [silent, ...healthy.map((node) => ({ ...node, isReady: false }))];
    const none = aSnapshot({ nodes, instances: known() });
    expect(findOver(1_799_999, [none, none])).toEqual([]);
    const half = aSnapshot({ nodes, instances: known(anInstance({ id: 'i-3' }), anInstance({ id: 'i-4' })) });
    expect(findOver(600_000, [half, half]).map(({ id }) => id)).toEqual(['gone-i-1', 'gone-i-2']);
  });

  it('are taken away, however many they are, once EC2 has said so and they have been silent for half an hour', () => {
    const nodes = [silent, ...healthy.map((node) => ({ ...node, isReady: false }))];
    const none = aSnapshot({ nodes, instances: known() });
    expect(findOver(1_800_000, [none, none])).toHaveLength(4);
  });

  it('are taken away when it is the only worker', () => {
    const snapshot = aSnapshot({ nodes: [silent], instances: known() });
    expect(findOver(30_000, [snapshot, snapshot])).toHaveLength(1);
  });

  it('stay while EC2 does not answer', () => {
    const unknown = { status: 'unknown', why: 'away' } as const;
    const snapshot = aSnapshot({ nodes: [silent], instances: unknown });
    expect(findOver(600_000, [snapshot, snapshot])).toEqual([]);
  });
});
