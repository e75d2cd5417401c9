import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import type { Instance } from '../../../src/model/instance.ts';
import { type Node, STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { aPendingPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const NOW = 10_000_000;
const HOUR_MS = 3_600_000;
const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';
const DISK = (20 * 0.096) / 730;
const HELD = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
const POOL_OF_1 = { warmPool: { size: 1 }, consolidation: { enabled: false } };

interface Warm {
  readonly instance?: Partial<Instance>;
  readonly node?: Partial<Node>;
  readonly hasNode?: boolean;
}

/** Two ready workers, and machines that wait in the pool: `w-1` and on, in zone a unless a test says otherwise. */
function withPool(warm: readonly Warm[], parts: Partial<Snapshot> = {}): Snapshot {
  const workers = [aNode({ name: 'i-1', zone: A }), aNode({ name: 'i-2', zone: B })];
  const ids = warm.map((_, i) => `w-${i + 1}`);
  const nodes = warm.flatMap(({ node, instance, hasNode }, i) =>
    hasNode === false
      ? []
      : [aNode({ name: ids[i]!, zone: instance?.zone ?? A, isReady: false, taints: HELD, ...node })],
  );
  const instances = [
    anInstance({ id: 'i-1', zone: A }),
    anInstance({ id: 'i-2', zone: B }),
    ...warm.map(({ instance }, i) =>
      anInstance({
        id: ids[i]!,
        state: 'stopped',
        isWarm: true,
        operationId: `fill-${i}`,
        launchedAtMs: NOW - HOUR_MS,
        ...instance,
      }),
    ),
  ];
  return aSnapshot({
    nodes: [...workers, ...nodes],
    instances: { status: 'known', value: instances },
    ...parts,
  });
}

const waitingPod = () => aPendingPod({ cpu: 1_500, unschedulableSinceMs: NOW - 10_000 });
/** Pods that fill both workers, and one that fits nowhere. */
const crowded = () => [
  ...['i-1', 'i-2'].map((nodeName) => aPendingPod({ cpu: 1_500, nodeName, phase: 'Running' })),
  waitingPod(),
];
const starts = (plan: Plan) =>
  plan.actions.flatMap((action) => (action.kind === 'launch' ? [action.starts?.instanceId] : []));
const fills = (plan: Plan) => plan.actions.filter((one) => one.kind === 'launch' && one.forPool === true);
const removed = (plan: Plan) =>
  plan.actions.flatMap((action) => (action.kind === 'remove' ? [action.instanceId] : []));

describe('a stopped machine of the warm pool', () => {
  it('is neither worker nor lost nor dead, and costs its disk alone', () => {
    const plan = decide(aPolicy(POOL_OF_1), withPool([{}]), NOW);
    expect(plan.actions).toEqual([]);
    expect(plan.currentNodes).toBe(2);
    expect(plan.kept.map(({ nodeName }) => nodeName)).toEqual(['i-1', 'i-2']);
    expect(plan.warmPool).toMatchObject({ size: 1, waiting: 1, filling: 0, leaving: 0 });
    expect(plan.warmPool?.costUsdPerHour).toBeCloseTo(DISK, 6);
  });

  it('takes no place under the maximum, and does not brake removals as an unready node does', () => {
    const policy = aPolicy({ ...POOL_OF_1, nodes: { max: 3 } });
    const plan = decide(policy, withPool([{}], { pods: crowded() }), NOW);
    expect(starts(plan)).toEqual(['w-1']);
    expect(plan.refusals.map(({ reason }) => reason.code)).not.toContain('too-many-unready');
  });

  it('counts its disk towards the budget', () => {
    const policy = (maxUsdPerHour: number) =>
      aPolicy({
        ...POOL_OF_1,
        spot: { percent: 0 },
        cost: { maxUsdPerHour, cpuCredits: { onDemand: 'standard' } },
      });
    const worker = 0.0264 + DISK;
    const need = 2 * worker + (0.0236 + DISK);
    const launched = (max: number) =>
      decide(policy(max), withPool([{}], { pods: crowded() }), NOW).actions.length;
    expect(launched(need + DISK + 1e-6)).toBe(1);
    expect(launched(need + DISK / 2)).toBe(0);
  });

  it('is not there for a policy that never heard of one', () => {
    const plan = decide(aPolicy(), withPool([]), NOW);
    expect(plan).not.toHaveProperty('warmPool');
  });
});

describe('a wanted worker', () => {
  it('is started out of the pool, the others are bought', () => {
    const policy = aPolicy({ ...POOL_OF_1, spot: { percent: 0 }, nodes: { min: 4 } });
    const plan = decide(policy, withPool([{}]), NOW);
    expect(starts(plan)).toEqual(['w-1', undefined]);
    expect(plan.desiredNodes).toBe(4);
  });

  it('is one machine of the pool each, the one that has waited longest first', () => {
    const policy = aPolicy({ warmPool: { size: 2 }, spot: { percent: 0 }, nodes: { min: 4 } });
    const warm = [{}, { instance: { launchedAtMs: NOW - 2 * HOUR_MS } }];
    expect(starts(decide(policy, withPool(warm), NOW))).toEqual(['w-2', 'w-1']);
  });

  it('is started where it must be: in its zone, and as large as its pods need', () => {
    const policy = aPolicy({ ...POOL_OF_1, instances: { types: ['t3.small', 't3a.small'] } });
    const inZoneB = aPendingPod({
      cpu: 1_500,
      unschedulableSinceMs: NOW - 10_000,
      nodeSelector: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [B] }],
    });
    const pods = [...crowded().slice(0, 2), inZoneB];
    expect(starts(decide(policy, withPool([{}], { pods }), NOW))).toEqual([undefined]);
    expect(starts(decide(policy, withPool([{ instance: { zone: B } }], { pods }), NOW))).toEqual(['w-1']);
  });

  it('in place of spot is started only for pods that wait or a machine that is taken away', () => {
    const spot = { percent: 100, onDemandBase: 0 };
    const byFloor = decide(aPolicy({ ...POOL_OF_1, spot, nodes: { min: 3 } }), withPool([{}]), NOW);
    expect(starts(byFloor)).toEqual([undefined]);
    const byPods = decide(aPolicy({ ...POOL_OF_1, spot }), withPool([{}], { pods: crowded() }), NOW);
    expect(starts(byPods)).toEqual(['w-1']);
  });

  it.each<[string, Warm]>([
    ['its node is still Ready', { node: { isReady: true } }],
    ['it still stops', { instance: { state: 'stopping' } }],
    ['a person cordoned its node', { node: { isUnschedulable: true } }],
    ['it has no node', { hasNode: false }],
    ['it is outdated', { instance: { isOutdated: true } }],
    ['it is too old', { instance: { launchedAtMs: NOW - 168 * HOUR_MS } }],
  ])('is bought when the machine cannot be started: %s', (_title, warm) => {
    const policy = aPolicy({ ...POOL_OF_1, nodes: { min: 3 } });
    expect(starts(decide(policy, withPool([warm]), NOW))).toEqual([undefined]);
  });

  it('is bought while the offering rests, and while another launch starts the machine', () => {
    const policy = aPolicy({ ...POOL_OF_1, nodes: { min: 4 } });
    const offering = `t3.small/${A}/on-demand` as const;
    const fault = { class: 'capacity', code: 'c', message: 'm', offerings: [offering], atMs: NOW } as const;
    const rested = aLaunch({ id: 'op-9', step: 'failed', endedAtMs: NOW, faults: [fault] });
    expect(starts(decide(policy, withPool([{}], { operations: [rested] }), NOW))).toEqual([
      undefined,
      undefined,
    ]);
    const starting = aLaunch({ id: 'op-9', starts: { instanceId: 'w-1', offering }, instanceId: 'w-1' });
    const plan = decide(policy, withPool([{}], { operations: [starting] }), NOW);
    expect(starts(plan)).toEqual([undefined]);
    expect(plan.currentNodes).toBe(3);
  });
});

describe('the upkeep of the warm pool', () => {
  it('makes one machine ready at a time, in the zone where fewest wait, and it begins no cooldown', () => {
    const policy = aPolicy({ ...POOL_OF_1, warmPool: { size: 3 } });
    const plan = decide(policy, withPool([{}]), NOW);
    expect(fills(plan)).toHaveLength(1);
    expect(plan.actions).toMatchObject([
      { kind: 'launch', forPool: true, startsCooldown: false, nominatedPods: [] },
    ]);
    expect(plan.actions[0]).toMatchObject({
      offerings: expect.arrayContaining([`t3a.small/${A}/on-demand`]),
    });
    expect(plan.actions.flatMap((one) => (one.kind === 'launch' ? one.offerings : []))[0]).toBe(
      `t3a.small/${B}/on-demand`,
    );
    expect(plan.desiredNodes).toBe(2);
  });

  it('waits while anything is under way or wanted, or a machine did not make it lately', () => {
    const policy = aPolicy(POOL_OF_1);
    const failed = aLaunch({
      id: 'f',
      forPool: true,
      step: 'failed',
      instanceId: 'x',
      endedAtMs: NOW - 60_000,
    });
    const busy: readonly Partial<Snapshot>[] = [
      { operations: [aRemoval({ nodeName: 'i-2', instanceId: 'i-2', step: 'draining' })] },
      { pods: crowded() },
      { operations: [failed] },
      { instances: { status: 'unknown', why: 'timeout' } },
    ];
    for (const parts of busy) {
      const plan = decide(policy, withPool([], parts), NOW);
      expect(fills(plan)).toEqual([]);
      expect(plan.warmPool?.reason.code).toBe('warm-pool-waits');
    }
    const later = { ...failed, endedAtMs: NOW - HOUR_MS };
    expect(fills(decide(policy, withPool([], { operations: [later] }), NOW))).toHaveLength(1);
  });

  it('keeps within the maximum, and gives its place up to a worker', () => {
    const full = aPolicy({ ...POOL_OF_1, nodes: { max: 2 } });
    const plan = decide(full, withPool([]), NOW);
    expect(fills(plan)).toEqual([]);
    expect(plan.warmPool?.reason.text).toContain('at maximum capacity');
    const filling = aLaunch({
      id: 'f',
      forPool: true,
      step: 'launched',
      instanceId: 'w-1',
      launchedAtMs: NOW,
    });
    const snapshot = withPool([{ instance: { state: 'pending' }, hasNode: false }], {
      operations: [filling],
      pods: crowded(),
    });
    const cramped = decide(aPolicy({ ...POOL_OF_1, nodes: { max: 3 } }), snapshot, NOW);
    expect(cramped.actions).toMatchObject([{ kind: 'abort-launch', operationId: 'f' }]);
    expect(cramped.currentNodes).toBe(2);
  });

  it('counts a machine that is made ready as no worker, and as one that costs money', () => {
    const filling = aLaunch({
      id: 'f',
      forPool: true,
      step: 'launched',
      instanceId: 'w-1',
      launchedAtMs: NOW,
    });
    for (const node of [{ isReady: false }, { isReady: true }]) {
      const snapshot = withPool([{ instance: { state: 'running' }, node }], { operations: [filling] });
      const plan = decide(aPolicy({ ...POOL_OF_1, nodes: { min: 3, max: 3 } }), snapshot, NOW);
      expect(plan.currentNodes).toBe(2);
      expect(plan.warmPool).toMatchObject({ filling: 1, waiting: 0 });
    }
  });

  it.each<[string, Warm, RegExp]>([
    ['was made from another launch template', { instance: { isOutdated: true } }, /launch template/],
    ['is of a zone that is bought no more', { instance: { zone: 'ap-southeast-1c' } }, /no longer buys/],
    ['did not run for too long', { instance: { launchedAtMs: NOW - 200 * HOUR_MS } }, /200 hours/],
    ['lost its node', { hasNode: false }, /no node/],
    ['was a worker that somebody stopped', { node: { taints: [] } }, /was a worker/],
  ])('removes what %s, without a drain and without a cooldown', (_title, warm, why) => {
    const plan = decide(aPolicy(POOL_OF_1), withPool([warm]), NOW);
    expect(plan.actions).toMatchObject([
      { kind: 'remove', instanceId: 'w-1', isRepair: true, fromPool: true },
    ]);
    expect(plan.actions[0]?.reasons[0]?.text).toMatch(why);
    expect(plan.desiredNodes).toBe(2);
  });

  it('removes what EC2 refused to start, but not for want of capacity', () => {
    const offering = `t3.small/${A}/on-demand` as const;
    const refused = aLaunch({
      step: 'ready',
      endedAtMs: 1,
      attempt: 2,
      instanceId: 'i-1',
      starts: { instanceId: 'w-1', offering },
    });
    const fault = { class: 'capacity', code: 'c', message: 'm', offerings: [offering], atMs: 1 } as const;
    const policy = aPolicy(POOL_OF_1);
    expect(removed(decide(policy, withPool([{}], { operations: [refused] }), NOW))).toEqual(['w-1']);
    const lacked = { ...refused, faults: [fault] };
    expect(removed(decide(policy, withPool([{}], { operations: [lacked] }), NOW))).toEqual([]);
  });

  it('removes what is too much, one after the other, the longest waiting first, until nothing is left', () => {
    const warm = [{}, { instance: { launchedAtMs: NOW - 2 * HOUR_MS } }];
    const off = { consolidation: { enabled: false } };
    expect(removed(decide(aPolicy(off), withPool(warm), NOW))).toEqual(['w-2']);
    const leaving = aRemoval({ nodeName: 'w-2', instanceId: 'w-2', isRepair: true, fromPool: true });
    const plan = decide(aPolicy(off), withPool(warm, { operations: [leaving] }), NOW);
    expect(plan.actions).toEqual([]);
    expect(plan.warmPool).toMatchObject({ size: 0, waiting: 1, leaving: 1 });
  });

  it('changes nothing under a suspended policy, and gives up what has no machine yet', () => {
    const filling = aLaunch({ id: 'f', forPool: true });
    const policy = aPolicy({ ...POOL_OF_1, suspend: true });
    const plan = decide(policy, withPool([], { operations: [filling] }), NOW);
    expect(plan.actions).toMatchObject([{ kind: 'abort-launch', operationId: 'f' }]);
    expect(plan).toMatchObject({ currentNodes: 2, desiredNodes: 2 });
    expect(decide(policy, withPool([{ instance: { isOutdated: true } }]), NOW).actions).toEqual([]);
  });
});

describe('what became of the warm pool', () => {
  it('neither pauses launching nor begins a cooldown', () => {
    const policy = aPolicy({ ...POOL_OF_1, nodes: { min: 3 } });
    const recently = { endedAtMs: NOW - 1_000, createdAtMs: NOW - 60_000 };
    const offering = `t3.small/${A}/on-demand` as const;
    const denied = {
      class: 'authorization',
      code: 'c',
      message: 'm',
      offerings: [],
      atMs: NOW - 1_000,
    } as const;
    const operations = [
      aLaunch({ id: 'a', forPool: true, step: 'failed', instanceId: 'x', faults: [denied], ...recently }),
      aLaunch({
        id: 'b',
        step: 'failed',
        instanceId: 'w-9',
        starts: { instanceId: 'w-9', offering },
        ...recently,
      }),
      aRemoval({ id: 'c', instanceId: 'w-8', step: 'removed', isRepair: true, fromPool: true, ...recently }),
    ];
    const plan = decide(policy, withPool([], { operations }), NOW);
    expect(plan.actions).toMatchObject([{ kind: 'launch' }]);
    const calm = decide(aPolicy(POOL_OF_1), withPool([], { operations }), NOW);
    expect(calm.refusals.map(({ reason }) => reason.code)).not.toContain('cooldown');
  });

  it('while EC2 does not answer, a silent node that was never admitted is no worker', () => {
    const snapshot = withPool([{ node: { readyChangedAtMs: NOW - 60_000 } }], {
      instances: { status: 'unknown', why: 'timeout' },
    });
    expect(decide(aPolicy(POOL_OF_1), snapshot, NOW).currentNodes).toBe(2);
  });
});
