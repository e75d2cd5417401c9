import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import type { OfferingKey } from '../../../src/model/offering.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { selectorOf } from '../../../src/model/selector.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aLaunch, aNode, aRemoval } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';

const NOW = 100_000_000;
const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';
const ZONE = 'topology.kubernetes.io/zone';

const low = aUtilization({
  cpuPercent: steady(20, { untilMs: NOW }),
  memoryPercent: steady(30, { untilMs: NOW }),
});

/** Two workers in each zone; those in the second zone first in the order of removal, since they are spot. */
function fourWorkers(parts: Partial<Snapshot> = {}): Snapshot {
  const nodes = [
    aNode({ name: 'i-1', zone: A }),
    aNode({ name: 'i-2', zone: A }),
    aNode({ name: 'i-3', zone: B, lifecycle: 'spot' }),
    aNode({ name: 'i-4', zone: B, lifecycle: 'spot' }),
  ];
  return aSnapshot({ nodes, utilization: low, ...parts });
}

const policy = aPolicy({ spot: { onDemandBase: 0, percent: 0 } });
const removed = (plan: Plan) =>
  plan.actions.flatMap((action) => (action.kind === 'remove' ? [action.nodeName] : []));
const whyKept = (plan: Plan, name: string) => plan.kept.find(({ nodeName }) => nodeName === name)?.reason;

const near = (app: string) => ({
  podAffinity: [{ topologyKey: ZONE, selector: selectorOf({ app }), namespaces: ['shop'] }],
});

/** Nothing can be bought in the second zone; the last attempt was so many minutes ago, the eighth in a row. */
function restingInB(minutesAgo: number) {
  const types = ['t3.small', 't3a.small'] as const;
  const offerings = types.flatMap((type): OfferingKey[] => [`${type}/${B}/on-demand`, `${type}/${B}/spot`]);
  const fault = { class: 'capacity', code: 'InsufficientInstanceCapacity', message: 'none' } as const;
  const atMs = NOW - minutesAgo * 60_000;
  const faults = Array.from({ length: 8 }, (_, i) => ({ ...fault, offerings, atMs: atMs - i }));
  return [aLaunch({ id: 'lost', step: 'failed', offerings, endedAtMs: atMs, faults })];
}

/** It asks for more than any worker has left, and for the second zone. */
const bound = aPendingPod({
  name: 'bound',
  cpu: 1_900,
  sinceMs: NOW - 60_000,
  nodeSelector: selectorOf({ [ZONE]: B }),
});

describe('a pod that no node can help', () => {
  it('keeps no node where what it must be near to does not exist', () => {
    const plan = decide(policy, fourWorkers({ pods: [aPendingPod({ sinceMs: 0, ...near('gone') })] }), NOW);
    expect(removed(plan)).toEqual(['i-3']);
    expect(plan.refusals.map(({ reason }) => reason.code)).toContain('pod-unplaceable');
  });

  it('keeps the nodes of its zone while that zone has no machines, and no others', () => {
    const full = ['i-3', 'i-4'].map((nodeName) => aPod({ nodeName, cpu: 100 }));
    const pods = [bound, ...full];
    const plan = decide(policy, fourWorkers({ pods, operations: restingInB(2) }), NOW);
    expect(whyKept(plan, 'i-3')).toMatchObject({ code: 'pods-wait' });
    expect(whyKept(plan, 'i-4')).toMatchObject({ code: 'pods-wait' });
    expect(removed(plan)).toEqual(['i-1']);
  });

  it('stops the drain of a node on which it might run, and of no other', () => {
    const full = ['i-3', 'i-4'].map((nodeName) => aPod({ nodeName, cpu: 100 }));
    const drain = (nodeName: string) => [
      ...restingInB(2),
      aRemoval({ step: 'draining', nodeName, instanceId: nodeName }),
    ];
    const aborts = (nodeName: string) =>
      decide(policy, fourWorkers({ pods: [bound, ...full], operations: drain(nodeName) }), NOW).actions.map(
        ({ kind }) => kind,
      );
    expect(aborts('i-4')).toEqual(['abort-removal']);
    expect(aborts('i-2')).toEqual([]);
  });

  it('asks again for what it alone can use after ten minutes, however often that failed', () => {
    const full = ['i-3', 'i-4'].map((nodeName) => aPod({ nodeName, cpu: 100 }));
    const launches = (minutesAgo: number) =>
      decide(
        policy,
        fourWorkers({ pods: [bound, ...full], operations: restingInB(minutesAgo) }),
        NOW,
      ).actions.filter(({ kind }) => kind === 'launch').length;
    expect(launches(9)).toBe(0);
    expect(launches(10)).toBe(1);
  });

  it('keeps only the nodes that it admits where it waits for long though it seems to fit', () => {
    const odd = (sinceMs: number) =>
      aPendingPod({ sinceMs, cpu: 100, nodeSelector: selectorOf({ [ZONE]: B }) });
    expect(removed(decide(policy, fourWorkers({ pods: [odd(NOW - 60_000)] }), NOW))).toEqual([]);
    const plan = decide(policy, fourWorkers({ pods: [odd(NOW - 1_200_000)] }), NOW);
    expect(removed(plan)).toEqual(['i-1']);
    expect(whyKept(plan, 'i-3')?.code).toBe('pods-wait');
  });
});
