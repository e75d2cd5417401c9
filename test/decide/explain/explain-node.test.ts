import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import { explainNode } from '../../../src/decide/explain/explain-node.ts';
import { buildDecisionContext } from '../../../src/decide/state/decision-context.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';

const NOW = 10_000_000;
const B = 'ap-southeast-1b';
const nodes = [
  aNode({ name: 'i-1' }),
  aNode({ name: 'i-2', zone: B }),
  aNode({ name: 'i-3', lifecycle: 'spot' }),
  aNode({ name: 'server', isControlPlane: true, instanceId: undefined }),
];
const IDLE = aUtilization({
  cpuPercent: steady(5, { untilMs: NOW }),
  memoryPercent: steady(5, { untilMs: NOW }),
});

function explain(name: string, parts: Partial<Snapshot> = {}) {
  const snapshot = aSnapshot({ nodes, utilization: IDLE, ...parts });
  const inForce = aPolicy();
  const plan = decide(inForce, snapshot, NOW);
  return explainNode(name, buildDecisionContext(inForce, snapshot, { nowMs: NOW }), plan);
}

describe('a machine of the warm pool', () => {
  it('is told so, with what its disk costs', () => {
    const taints = [{ key: 'smartscale.dev/startup', value: '', effect: 'NoSchedule' as const }];
    const warm = aNode({ name: 'w-1', isReady: false, taints });
    const instances = [
      ...nodes.flatMap(({ instanceId }) =>
        instanceId === undefined ? [] : [anInstance({ id: instanceId })],
      ),
      anInstance({ id: 'w-1', state: 'stopped', isWarm: true, operationId: 'f', launchedAtMs: NOW }),
    ];
    const snapshot = aSnapshot({ nodes: [...nodes, warm], instances: { status: 'known', value: instances } });
    const inForce = aPolicy({ warmPool: { size: 1 } });
    const plan = decide(inForce, snapshot, NOW);
    const told = explainNode('w-1', buildDecisionContext(inForce, snapshot, { nowMs: NOW }), plan);
    expect(told).toMatchObject({ verdict: 'warm', plan: { code: 'warm-pool-kept' }, protections: [] });
    expect(told.costUsdPerHour).toBeCloseTo((20 * 0.096) / 730, 6);
  });
});

describe('a worker', () => {
  it('that goes is told so, with what a drain would move and what it costs', () => {
    const told = explain('i-3', { pods: [aPod({ name: 'web', nodeName: 'i-3' })] });
    expect(told).toMatchObject({
      verdict: 'goes',
      plan: { code: 'low-load' },
      protections: [],
      pods: [{ pod: 'default/web' }],
    });
    expect(told.costUsdPerHour).toBeGreaterThan(0);
  });

  it('that stays is told every rule that keeps it, not the first alone', () => {
    const alone = { kind: 'Deployment', name: 'one', uid: 'u', replicas: 1 };
    const pods = [aPod({ name: 'one', nodeName: 'i-2', owner: alone })];
    const told = explain('i-2', { pods });
    expect(told.verdict).toBe('kept');
    expect(told.protections.map(({ code }) => code)).toEqual([
      'last-in-zone',
      'on-demand-base',
      told.pods[0]?.protection?.code,
    ]);
  });

  it('that could go is told what holds the whole fleet', () => {
    const busy = aUtilization({ ...IDLE, cpuPercent: steady(50, { untilMs: NOW }) });
    const told = explain('i-3', { utilization: busy });
    expect(told).toMatchObject({ verdict: 'removable', protections: [] });
    expect(told.plan?.text).toContain('CPU');
  });

  it('is told that its pods fit nowhere else', () => {
    const big = (nodeName: string) => aPod({ nodeName, cpu: 1_800 });
    const told = explain('i-3', { nodes: nodes.slice(0, 3), pods: ['i-1', 'i-2', 'i-3'].map(big) });
    expect(told).toMatchObject({ verdict: 'kept', relocation: { code: 'pods-do-not-fit' } });
  });

  it('that leaves already, or is none of ours, is told so', () => {
    const removal = aRemoval({ nodeName: 'i-3', instanceId: 'i-3', step: 'draining', deadlineMs: NOW + 1 });
    expect(explain('i-3', { operations: [removal] })).toMatchObject({ verdict: 'leaving' });
    expect(explain('server')).toMatchObject({ verdict: 'not-ours' });
  });
});
