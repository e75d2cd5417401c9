import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import type { Node } from '../../../src/model/node.ts';
import type { LaunchOperation, Operation } from '../../../src/model/operation.ts';
import { podShape } from '../../../src/model/pod-shape.ts';
import type { Pod } from '../../../src/model/pod.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aLaunch, aNode, aRemoval, SMALL } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const HOUR_MS = 3_600_000;
const NOW = 10_000_000;
const READY_AT = NOW - 120_000;
const SAYS = '0/3 nodes are available: 3 node(s) had untolerated taint(s).';

const waiting = (parts: Partial<Pod> = {}) =>
  aPendingPod({ name: 'a', cpu: 1500, sinceMs: NOW - 600_000, schedulerMessage: SAYS, ...parts });
const bought = aNode({ name: 'i-3', zone: 'ap-southeast-1b', createdAtMs: READY_AT });
const base = [aNode({ name: 'i-1' }), aNode({ name: 'i-2', zone: 'ap-southeast-1b' })];
const full = base.map(({ name }) => aPod({ name: `on-${name}`, nodeName: name, cpu: 1900 }));

function purchase(id: string, endedAtMs: number, pod: Pod = waiting()): LaunchOperation {
  return aLaunch({
    id: `op-${id}`,
    step: 'ready',
    instanceId: id,
    offering: 't3.small/ap-southeast-1b/spot',
    boughtFor: [podShape(pod)],
    endedAtMs,
  });
}

function plan(parts: Partial<Snapshot>) {
  const nodes = parts.nodes ?? [...base, bought];
  const pods = [...full, ...(parts.pods ?? [waiting()])];
  const operations: readonly Operation[] = parts.operations ?? [purchase('i-3', READY_AT)];
  const { actions, refusals } = decide(aPolicy(), aSnapshot({ ...parts, nodes, pods, operations }), NOW);
  return {
    launches: actions.filter(({ kind }) => kind === 'launch').length,
    refused: refusals.filter(({ reason }) => reason.code === 'pod-bought-in-vain'),
  };
}

describe('a node that was bought for a pod and did not take it', () => {
  const tainted: Node = { ...bought, taints: [{ key: 'team', value: 'ml', effect: 'NoSchedule' }] };

  it('is not bought again, and the refusal says what the scheduler says', () => {
    const { launches, refused } = plan({ nodes: [...base, tainted] });
    expect(launches).toBe(0);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ what: 'pod', subject: 'default/a' });
    expect(refused[0]?.reason.text).toContain(`the scheduler says: ${SAYS}`);
  });

  it('is remembered by size and constraints, not by the name of the pod', () => {
    const nodes = [...base, tainted];
    expect(plan({ nodes, pods: [waiting({ name: 'b', uid: 'other', labels: { job: '7' } })] }).launches).toBe(
      0,
    );
    expect(plan({ nodes, pods: [aPendingPod({ name: 'c', cpu: 1400 })] }).launches).toBe(1);
  });

  it('is one whose taint, labels or size are not those of the offering, from the moment it is ready', () => {
    const operations = [purchase('i-3', NOW)];
    expect(plan({ nodes: [...base, tainted], operations }).launches).toBe(0);
    const small = { ...bought, allocatable: { ...SMALL, cpuMillis: 1_400 } };
    expect(plan({ nodes: [...base, small], operations }).launches).toBe(0);
  });

  it('is one that seems to fit, once the scheduler had a minute to look', () => {
    expect(plan({}).refused).toHaveLength(1);
    expect(plan({ operations: [purchase('i-3', NOW - 59_000)] }).refused).toEqual([]);
  });

  it('is none whose room went to other pods', () => {
    const others = aPod({ nodeName: 'i-3', cpu: 1000 });
    expect(plan({ pods: [waiting(), others] })).toEqual({ launches: 1, refused: [] });
  });

  it('is none that took another pod like it', () => {
    const alike = aPod({ nodeName: 'i-3', cpu: 1500 });
    expect(plan({ pods: [waiting(), alike] })).toEqual({ launches: 1, refused: [] });
  });

  it('is tried again after two hours, and later after each further one', () => {
    const nodes = [...base, tainted];
    expect(plan({ nodes, operations: [purchase('i-3', NOW - 2 * HOUR_MS - 1)] }).launches).toBe(1);
    const second = { ...tainted, name: 'i-4', instanceId: 'i-4' };
    const operations = [purchase('i-3', NOW - 5 * HOUR_MS), purchase('i-4', NOW - 3 * HOUR_MS)];
    const { launches, refused } = plan({ nodes: [...nodes, second], operations });
    expect(launches).toBe(0);
    expect(refused[0]?.reason.facts).toMatchObject({ count: 2, node: 'i-4', untilMs: NOW + HOUR_MS });
  });

  it('is remembered by its removal once it is gone', () => {
    const gone = (untaken: readonly string[]) =>
      aRemoval({ nodeName: 'i-3', instanceId: 'i-3', step: 'removed', endedAtMs: NOW - 60_000, untaken });
    const launch = purchase('i-3', READY_AT);
    const shape = podShape(waiting());
    expect(plan({ nodes: base, operations: [launch, gone([shape])] }).launches).toBe(0);
    expect(plan({ nodes: base, operations: [launch, gone([])] }).launches).toBe(1);
    const going = { ...tainted, isUnschedulable: true };
    expect(plan({ nodes: [...base, going], operations: [launch, gone([shape])] }).launches).toBe(0);
  });

  it('takes what it was bought for into its removal', () => {
    const nodes = [...base, { ...tainted, createdAtMs: 0 }];
    const policy = aPolicy({ utilization: { enabled: false }, nodes: { min: 1 } });
    const snapshot = aSnapshot({
      nodes,
      pods: [waiting()],
      operations: [purchase('i-3', NOW - 900_000 - 1)],
    });
    const [removal] = decide(
      { ...policy },
      { ...snapshot, pods: [...full, waiting()] },
      NOW - 700_000,
    ).actions;
    expect(removal).toMatchObject({ kind: 'remove', nodeName: 'i-3', untaken: [podShape(waiting())] });
  });
});
