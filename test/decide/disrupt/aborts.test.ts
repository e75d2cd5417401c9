import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';

const NOW = 10_000_000;
const mark = { operationId: 'op-2', atMs: NOW - 10_000 };
const cordoned = aNode({
  name: 'i-3',
  isUnschedulable: true,
  cordonedBy: mark,
  taints: [{ key: 'node.kubernetes.io/unschedulable', value: '', effect: 'NoSchedule' }],
});
const others = [aNode({ name: 'i-1' }), aNode({ name: 'i-2', zone: 'ap-southeast-1b' })];

function draining(parts: Partial<Snapshot> = {}): Snapshot {
  const operations = [aRemoval({ nodeName: 'i-3', instanceId: 'i-3', step: 'draining' })];
  return aSnapshot({ nodes: [...others, cordoned], operations, ...parts });
}

function kinds(plan: Plan): string[] {
  return plan.actions.map((action) => action.kind);
}

describe('a drain in flight', () => {
  it('goes on while nothing speaks against it, and its node counts no more', () => {
    const plan = decide(aPolicy(), draining(), NOW);
    expect(plan.actions).toEqual([]);
    expect(plan.currentNodes).toBe(2);
  });

  it('is stopped for pods that need its room, and no node is bought for them', () => {
    const pods = [
      ...others.map((node) => aPod({ nodeName: node.name })),
      aPendingPod({ cpu: 1900, sinceMs: 0 }),
    ];
    const plan = decide(aPolicy(), draining({ pods }), NOW);
    expect(kinds(plan)).toEqual(['abort-removal']);
    expect(plan.actions[0]).toMatchObject({ operationId: 'op-2', nodeName: 'i-3' });
    expect(plan.actions[0]?.reasons[0]?.code).toBe('pending-pods');
    expect(plan.desiredNodes).toBe(3);
  });

  it('is stopped and nodes are bought when its room is not enough', () => {
    const busy = others.map((node) => aPod({ nodeName: node.name }));
    const pods = [...busy, aPendingPod({ cpu: 1900, sinceMs: 0 }), aPendingPod({ cpu: 1900, sinceMs: 0 })];
    expect(kinds(decide(aPolicy(), draining({ pods }), NOW))).toEqual(['abort-removal', 'launch']);
  });

  it('is stopped when load rises above the threshold', () => {
    const utilization = aUtilization({ cpuPercent: steady(71, { untilMs: NOW, windowMs: 45_000 }) });
    const plan = decide(aPolicy(), draining({ utilization }), NOW);
    expect(kinds(plan)).toEqual(['abort-removal']);
    expect(plan.actions[0]?.reasons[0]?.text).toBe('CPU is at 71 %, above 70 %');
  });

  it('is stopped when the policy wants more nodes than would be left', () => {
    expect(kinds(decide(aPolicy({ nodes: { min: 3 } }), draining(), NOW))).toEqual(['abort-removal']);
  });

  it('is stopped when the policy no longer shrinks', () => {
    expect(kinds(decide(aPolicy({ shrink: { enabled: false } }), draining(), NOW))).toEqual([
      'abort-removal',
    ]);
  });

  it('is not stopped once the instance is being terminated', () => {
    const operations = [aRemoval({ nodeName: 'i-3', instanceId: 'i-3', step: 'terminating' })];
    const plan = decide(aPolicy({ nodes: { min: 3 } }), draining({ operations }), NOW);
    expect(kinds(plan)).toEqual(['launch']);
  });

  it('is stopped by a policy that says suspend, be the fleet above its maximum or not', () => {
    for (const max of [2, 10]) {
      const plan = decide(aPolicy({ suspend: true, nodes: { max } }), draining(), NOW);
      expect(plan.actions).toMatchObject([
        { kind: 'abort-removal', operationId: 'op-2', reasons: [{ code: 'suspended' }] },
      ]);
      expect(plan.desiredNodes).toBe(Math.min(max, 3));
    }
  });

  it('is not stopped where the node would exceed the maximum', () => {
    const pods = [
      ...others.map((node) => aPod({ nodeName: node.name })),
      aPendingPod({ cpu: 1900, sinceMs: 0 }),
    ];
    expect(decide(aPolicy({ nodes: { max: 2 } }), draining({ pods }), NOW).actions).toEqual([]);
  });
});

describe('launches in flight', () => {
  const nodes = [aNode({ name: 'i-1' }), aNode({ name: 'i-2', zone: 'ap-southeast-1b' })];
  const ready = nodes.map(({ name, zone }) =>
    anInstance({ id: name, ...(zone === undefined ? {} : { zone }) }),
  );
  const booting = (id: string) => anInstance({ id: `i-${id}`, operationId: `op-${id}`, state: 'pending' });

  /** Two workers; one launch without a machine, and two whose machines boot, the second begun later. */
  function launching(): Snapshot {
    const operations = [
      aLaunch({ id: 'op-a', step: 'launched', instanceId: 'i-a', createdAtMs: 1_000, deadlineMs: NOW }),
      aLaunch({ id: 'op-b', step: 'launched', instanceId: 'i-b', createdAtMs: 2_000, deadlineMs: NOW }),
      aLaunch({ id: 'op-c', step: 'intended', createdAtMs: 500, deadlineMs: NOW }),
    ];
    const value = [...ready, booting('a'), booting('b')];
    return aSnapshot({ nodes, operations, instances: { status: 'known', value } });
  }

  const givenUp = (plan: Plan) => plan.actions.map((action) => action.operationId);

  it('are left alone while the maximum has room for them', () => {
    expect(decide(aPolicy({ nodes: { min: 5, max: 5 } }), launching(), NOW).actions).toEqual([]);
  });

  it.each([
    [4, ['op-c']],
    [3, ['op-c', 'op-b']],
    [2, ['op-c', 'op-b', 'op-a']],
  ])('are given up down to a maximum of %i: first what has no machine, then the latest', (max, ids) => {
    const plan = decide(aPolicy({ nodes: { min: 2, max } }), launching(), NOW);
    expect(kinds(plan)).toEqual(ids.map(() => 'abort-launch'));
    expect(givenUp(plan)).toEqual(ids);
    expect(plan.actions[0]?.reasons[0]?.text).toBe(`5 workers exist or are in flight, the maximum is ${max}`);
    expect(plan.desiredNodes).toBe(max);
  });

  it('are not given up again while they are being undone', () => {
    const { operations, ...rest } = launching();
    const undoing = operations.map((operation) =>
      operation.id === 'op-b' ? aLaunch({ ...(operation as object), step: 'undoing' }) : operation,
    );
    const plan = decide(aPolicy({ nodes: { min: 2, max: 4 } }), { ...rest, operations: undoing }, NOW);
    expect(plan.actions).toEqual([]);
  });

  it('become workers under a policy that says suspend, unless they have no machine', () => {
    const plan = decide(aPolicy({ suspend: true, nodes: { min: 5, max: 5 } }), launching(), NOW);
    expect(plan.actions).toMatchObject([
      { kind: 'abort-launch', operationId: 'op-c', reasons: [{ code: 'suspended' }] },
    ]);
    expect(plan.desiredNodes).toBe(4);
  });
});
