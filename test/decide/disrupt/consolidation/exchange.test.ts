import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../../src/decide/decide.ts';
import type { Snapshot } from '../../../../src/model/snapshot.ts';
import { aLaunch, aNode } from '../../../builders/fleet.ts';
import { aPod } from '../../../builders/pod.ts';
import { aPolicy } from '../../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../../builders/snapshot.ts';

/** A round of one interval in ten minutes. */
const NOW = 100_200_000;
const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';

const calm = aUtilization({
  cpuPercent: steady(12, { untilMs: NOW }),
  memoryPercent: steady(20, { untilMs: NOW }),
});

/** The on-demand base stands in one zone, and the last worker of the other is spot. */
function aStuckFleet(parts: Partial<Snapshot> = {}): Snapshot {
  const nodes = [
    aNode({ name: 'i-1', zone: A }),
    aNode({ name: 'i-2', zone: A }),
    aNode({ name: 'i-3', zone: B, lifecycle: 'spot' }),
  ];
  return aSnapshot({ nodes, utilization: calm, ...parts });
}

const actionsOf = (parts: Partial<Snapshot>, policy: Record<string, unknown> = {}) =>
  decide(aPolicy(policy), aStuckFleet(parts), NOW).actions;

describe('two workers that keep each other', () => {
  it('are freed by an on-demand worker in the zone of the spot one', () => {
    const [launch, ...others] = actionsOf({});
    expect(others).toEqual([]);
    expect(launch).toMatchObject({
      kind: 'launch',
      offerings: ['t3a.small/ap-southeast-1b/on-demand'],
      consolidates: ['i-1', 'i-3'],
      reasons: [{ code: 'consolidation' }],
    });
  });

  it('both go once it is ready, one after the other, and the fleet is at its floor', () => {
    const fresh = aNode({ name: 'i-9', zone: B, createdAtMs: NOW - 600_000 });
    const operations = [
      aLaunch({ step: 'ready', instanceId: 'i-9', consolidates: ['i-1', 'i-3'], endedAtMs: NOW - 60_000 }),
    ];
    const before = [...aStuckFleet().nodes, fresh];
    const gone: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const nodes = before.filter(({ name }) => !gone.includes(name));
      const [action] = actionsOf({ nodes, operations });
      if (action?.kind === 'remove') gone.push(action.nodeName);
    }
    expect(gone.toSorted()).toEqual(['i-1', 'i-3']);
    const left = before.filter(({ name }) => !gone.includes(name));
    expect(actionsOf({ nodes: left, operations })).toEqual([]);
  });

  it('stay at the floor, while pods keep one of them, and while the load would not fit fewer', () => {
    expect(actionsOf({}, { nodes: { min: 3 } })).toEqual([]);
    const owner = { kind: 'StatefulSet', name: 'db', uid: 'u', replicas: 2 };
    const pods = ['i-1', 'i-2'].map((nodeName) => aPod({ nodeName, owner }));
    expect(actionsOf({ pods })).toEqual([]);
    const busy = aUtilization({ ...calm, cpuPercent: steady(45, { untilMs: NOW }) });
    expect(actionsOf({ utilization: busy })).toEqual([]);
  });
});
