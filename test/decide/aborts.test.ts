import { describe, expect, it } from '@jest/globals';
import { decide } from '../../src/decide/decide.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { aNode, aRemoval } from '../builders/fleet.ts';
import { aPendingPod, aPod } from '../builders/pod.ts';
import { aPolicy } from '../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../builders/snapshot.ts';

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

  it('is not stopped where the node would exceed the maximum', () => {
    const pods = [
      ...others.map((node) => aPod({ nodeName: node.name })),
      aPendingPod({ cpu: 1900, sinceMs: 0 }),
    ];
    expect(decide(aPolicy({ nodes: { max: 2 } }), draining({ pods }), NOW).actions).toEqual([]);
  });
});
