import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import { explainPod, nodesText } from '../../../src/decide/explain/explain-pod.ts';
import { buildDecisionContext } from '../../../src/decide/state/decision-context.ts';
import { podShape } from '../../../src/model/pod-shape.ts';
import type { Pod } from '../../../src/model/pod.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aLaunch, aNode, SMALL } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const NOW = 10_000_000;
const nodes = [aNode({ name: 'i-1' }), aNode({ name: 'i-2', zone: 'ap-southeast-1b' })];
/** Fills both nodes but for 100m. */
const full = ['i-1', 'i-2'].map((nodeName) => aPod({ nodeName, cpu: SMALL.cpuMillis - 100, memory: 100 }));

function explain(pod: Pod, parts: Partial<Snapshot> = {}) {
  const snapshot = aSnapshot({ nodes, ...parts, pods: [...(parts.pods ?? full), pod] });
  const inForce = aPolicy();
  const plan = decide(inForce, snapshot, NOW);
  return explainPod(pod, buildDecisionContext(inForce, snapshot, { nowMs: NOW }), plan);
}

describe('a pod that needs no node', () => {
  it.each<[string, Pod]>([
    ['runs', aPod({ nodeName: 'i-1' })],
    ['ended', aPod({ phase: 'Succeeded' })],
    ['going', aPendingPod({ deletionRequestedAtMs: 5 })],
    ['not-judged', aPod()],
  ])('%s', (verdict, pod) => {
    expect(explain(pod)).toMatchObject({ verdict, nodes: [], launch: undefined });
  });
});

describe('a pod that cannot be scheduled', () => {
  it('is told that a node was bought for it in vain, though that one seems to have room', () => {
    const pod = aPendingPod({ name: 'web', cpu: 900, schedulerMessage: '0/2 nodes are available' });
    const bought = aLaunch({
      step: 'ready',
      instanceId: 'i-2',
      offering: 't3.small/ap-southeast-1b/spot',
      boughtFor: [podShape(pod)],
      endedAtMs: NOW - 120_000,
    });
    const told = explain(pod, { pods: full.slice(0, 1), operations: [bought] });
    expect(told).toMatchObject({ verdict: 'waits', reasons: [{ code: 'pod-bought-in-vain' }] });
  });

  it('is told what would be bought for it, at which expected cost, and what keeps it off each node', () => {
    const pod = aPendingPod({ name: 'web', cpu: 900 });
    const told = explain(pod);
    expect(told).toMatchObject({
      verdict: 'node-wanted',
      reasons: [{ code: 'pending-pods' }],
      nodes: [{ why: 'cpu', nodes: ['i-1', 'i-2'] }],
      launch: { nominatedPods: ['default/web'] },
    });
    expect(told.launch?.offerings[0]).toMatch(/^t3a?\.small\//);
    expect(told.offerings[0]?.cost?.totalUsdPerHour).toBeGreaterThan(0);
    expect(nodesText(told.nodes)).toEqual(['2 nodes have too little CPU left: i-1, i-2']);
  });

  it('is told the nearest offering and what it lacks, when none will ever do', () => {
    const told = explain(aPendingPod({ memory: 9_000 }));
    expect(told.verdict).toBe('never-fits');
    expect(told.reasons[0]?.text).toContain('lacks 7600 MiB memory');
    expect(told.offerings.every(({ why }) => why !== undefined)).toBe(true);
  });

  it('is told which offering rests, and for how long', () => {
    const faults = [
      {
        class: 'capacity' as const,
        code: 'ICE',
        message: '',
        offerings: ['t3.small/ap-southeast-1a/spot' as const],
        atMs: NOW - 60_000,
      },
    ];
    const operations = [aLaunch({ step: 'failed', endedAtMs: NOW - 60_000, faults })];
    const unavailable = explain(aPendingPod({ cpu: 900 }), { operations }).offerings.filter(({ why }) => why);
    expect(unavailable).toMatchObject([
      { offering: 't3.small/ap-southeast-1a/spot', why: 'is unavailable for another 2 min: no capacity' },
    ]);
  });

  it('is told that room is there, that a node comes, or which pods are in the way', () => {
    expect(explain(aPendingPod({ cpu: 50 }), { pods: [] })).toMatchObject({ verdict: 'fits-now' });
    const launch = aLaunch({ nominatedPods: ['default/mine'], createdAtMs: NOW, deadlineMs: NOW + 300_000 });
    const mine = aPendingPod({ name: 'mine', cpu: 900 });
    expect(explain(mine, { operations: [launch] })).toMatchObject({ verdict: 'node-comes' });
    const apart = { topologyKey: 'kubernetes.io/hostname', selector: [], namespaces: ['default'] };
    const shy = aPendingPod({ cpu: 50, podAntiAffinity: [apart] });
    expect(explain(shy).nodes).toEqual([{ why: 'other-pods', nodes: ['i-1', 'i-2'] }]);
  });
});
