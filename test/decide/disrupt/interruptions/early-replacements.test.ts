import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../../src/decide/decide.ts';
import type { LaunchOperation } from '../../../../src/model/operation.ts';
import type { Snapshot } from '../../../../src/model/snapshot.ts';
import { aLaunch, aNode, aRemoval } from '../../../builders/fleet.ts';
import { anInterruption } from '../../../builders/interruption.ts';
import { aPod } from '../../../builders/pod.ts';
import { aPolicy } from '../../../builders/policy.ts';
import { aSnapshot } from '../../../builders/snapshot.ts';

const NOW = 10_000_000;
const POLICY = aPolicy({ nodes: { min: 2 } });
const hint = anInterruption({ kind: 'rebalance', instanceId: 'i-4', atMs: NOW });

/** Two on-demand and two spot workers over two zones; each pod asks for so much CPU. */
function fleet(cpu: number, parts: Partial<Snapshot> = {}): Snapshot {
  const nodes = ['i-1', 'i-2', 'i-3', 'i-4'].map((name, i) =>
    aNode({
      name,
      zone: i % 2 === 0 ? 'ap-southeast-1a' : 'ap-southeast-1b',
      lifecycle: i < 2 ? 'on-demand' : 'spot',
    }),
  );
  const pods = nodes.map((node) => aPod({ nodeName: node.name, cpu }));
  return aSnapshot({ nodes, pods, interruptions: [hint], ...parts });
}

function replacement(step: LaunchOperation['step']): LaunchOperation {
  return aLaunch({
    id: 'op-9',
    step,
    replaces: { instanceId: 'i-4', interruption: 'rebalance' },
    ...(step === 'ready' && { endedAtMs: NOW - 1_000 }),
  });
}

describe('a rebalance recommendation', () => {
  it('drains the node at once, as any other drain, where the fleet has room for its pods', () => {
    const plan = decide(POLICY, fleet(100), NOW);
    expect(plan.actions).toMatchObject([
      {
        kind: 'remove',
        nodeName: 'i-4',
        interruption: 'rebalance',
        deadlineMs: NOW + 300_000,
        graceLimitSeconds: 60,
      },
    ]);
  });

  it('launches the replacement first where it has not', () => {
    const plan = decide(POLICY, fleet(1_500), NOW);
    expect(plan.actions).toMatchObject([
      { kind: 'launch', replaces: { instanceId: 'i-4', interruption: 'rebalance' }, startsCooldown: false },
    ]);
    const booting = decide(POLICY, fleet(1_500, { operations: [replacement('launched')] }), NOW);
    expect(booting.actions).toEqual([]);
    expect(booting.refusals[0]?.reason.text).toMatch(
      /^i-4 should be replaced, since EC2 reports .* fit nowhere/,
    );
  });

  it('drains once the replacement is there, also after a restart that forgot the message', () => {
    const base = fleet(1_500);
    const fresh = aNode({ name: 'i-5', zone: 'ap-southeast-1b', lifecycle: 'spot' });
    const snapshot = fleet(1_500, {
      nodes: [...base.nodes, fresh],
      operations: [replacement('ready')],
      interruptions: [],
    });
    expect(decide(POLICY, snapshot, NOW).actions).toMatchObject([
      { kind: 'remove', nodeName: 'i-4', interruption: 'rebalance' },
    ]);
  });

  it('keeps the last node of a zone until another is there: one that was only asked for may never come', () => {
    const nodes = fleet(100).nodes.filter(({ name }) => name !== 'i-2');
    const zones = ['ap-southeast-1a', 'ap-southeast-1b'];
    const offerings = zones.map((zone) => `t3.small/${zone}/spot` as const);
    for (const step of ['intended', 'launched'] as const) {
      const operations = [{ ...replacement(step), offerings: offerings.slice(1) }];
      expect(decide(POLICY, fleet(100, { nodes, operations }), NOW).actions).toEqual([]);
    }
  });

  it('keeps to the floor: the replacement comes before the drain', () => {
    const plan = decide(aPolicy({ nodes: { min: 4 } }), fleet(100), NOW);
    expect(plan.actions).toMatchObject([{ kind: 'launch', replaces: { instanceId: 'i-4' } }]);
  });

  it('leaves a node alone whose pods are protected, and says which', () => {
    const pods = [aPod({ name: 'db', nodeName: 'i-4', disruption: 'never' })];
    const plan = decide(POLICY, fleet(100, { pods }), NOW);
    expect(plan.actions).toEqual([]);
    expect(plan.refusals[0]).toMatchObject({ subject: 'i-4', reason: { code: 'pod-do-not-disrupt' } });
  });

  it('is followed for one node at a time, and once for each', () => {
    const both = [hint, anInterruption({ kind: 'rebalance', instanceId: 'i-3', atMs: NOW })];
    const plan = decide(POLICY, fleet(100, { interruptions: both }), NOW);
    expect(plan.actions).toHaveLength(1);
    expect(plan.refusals[0]?.reason.code).toBe('others-first');
    const tried = aRemoval({
      nodeName: 'i-4',
      instanceId: 'i-4',
      step: 'aborted',
      endedAtMs: NOW - 1_000_000,
      interruption: 'rebalance',
    });
    expect(decide(POLICY, fleet(100, { operations: [tried] }), NOW).actions).toEqual([]);
  });

  it('holds no other back where the first can go no further', () => {
    const both = [hint, anInterruption({ kind: 'rebalance', instanceId: 'i-3', atMs: NOW })];
    const pods = [aPod({ name: 'db', nodeName: 'i-3', disruption: 'never' })];
    const plan = decide(POLICY, fleet(100, { interruptions: both, pods }), NOW);
    expect(plan.actions).toMatchObject([{ kind: 'remove', nodeName: 'i-4' }]);
    expect(plan.refusals[0]).toMatchObject({ subject: 'i-3', reason: { code: 'pod-do-not-disrupt' } });
  });

  it('is made up for once more where others took the place of the first replacement, at most three times', () => {
    const ready = (minutesAgo: number, id: string) => ({
      ...replacement('ready'),
      id,
      endedAtMs: NOW - minutesAgo * 60_000,
    });
    const actions = (operations: Snapshot['operations']) =>
      decide(POLICY, fleet(1_500, { operations }), NOW).actions;
    expect(actions([ready(29, 'op-9')])).toEqual([]);
    expect(actions([ready(30, 'op-9')])).toMatchObject([{ kind: 'launch', replaces: { instanceId: 'i-4' } }]);
    expect(actions([ready(90, 'op-7'), ready(60, 'op-8'), ready(30, 'op-9')])).toEqual([]);
  });

  it('may be ignored, or only cordon the node', () => {
    const spot = (rebalance: string) => aPolicy({ nodes: { min: 2 }, spot: { rebalance } });
    expect(decide(spot('ignore'), fleet(100), NOW).actions).toEqual([]);
    expect(decide(spot('cordon'), fleet(1_500), NOW).actions).toMatchObject([
      { kind: 'remove', nodeName: 'i-4', isCordonOnly: true, deadlineMs: NOW + 900_000 },
    ]);
  });
});

describe('scheduled maintenance', () => {
  it('replaces an on-demand node in good time, and tries again after a drain that turned back', () => {
    const interruptions = [
      anInterruption({
        kind: 'maintenance',
        instanceId: 'i-2',
        atMs: NOW,
        effectiveAtMs: NOW + 86_400_000,
      }),
    ];
    // i-2 is one of the on-demand base of two: another on-demand machine comes first.
    const first = decide(POLICY, fleet(100, { interruptions }), NOW);
    expect(first.actions).toMatchObject([
      { kind: 'launch', replaces: { instanceId: 'i-2', interruption: 'maintenance' } },
    ]);
    expect(first.actions[0]?.kind === 'launch' ? first.actions[0].offerings[0] : '').toMatch(/on-demand$/);
    const third = aNode({ name: 'i-5', zone: 'ap-southeast-1b' });
    const tried = aRemoval({
      nodeName: 'i-2',
      instanceId: 'i-2',
      step: 'aborted',
      endedAtMs: NOW - 1_000_000,
      interruption: 'maintenance',
    });
    const later = fleet(100, { nodes: [...fleet(100).nodes, third], operations: [tried], interruptions });
    expect(decide(POLICY, later, NOW).actions).toMatchObject([
      { kind: 'remove', nodeName: 'i-2', interruption: 'maintenance' },
    ]);
  });
});
