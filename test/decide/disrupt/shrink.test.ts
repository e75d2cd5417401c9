import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import type { Node } from '../../../src/model/node.ts';
import type { Lifecycle } from '../../../src/model/offering.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aLaunch, aNode, aRemoval } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';

const NOW = 100_000_000;
const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';

const low = aUtilization({
  cpuPercent: steady(20, { untilMs: NOW }),
  memoryPercent: steady(40, { untilMs: NOW }),
});

/** An on-demand and a spot worker in each zone and a younger spot one in the first, which may go. */
function fiveWorkers(target: Partial<Node> = {}): readonly Node[] {
  return [
    aNode({ name: 'i-1', zone: A }),
    aNode({ name: 'i-2', zone: B }),
    aNode({ name: 'i-3', zone: A, lifecycle: 'spot' }),
    aNode({ name: 'i-4', zone: B, lifecycle: 'spot' }),
    aNode({ name: 'i-5', zone: A, lifecycle: 'spot', createdAtMs: 1, ...target }),
  ];
}

function idle(parts: Partial<Snapshot> = {}): Snapshot {
  return aSnapshot({ nodes: fiveWorkers(), utilization: low, ...parts });
}

function removed(plan: Plan): string[] {
  return plan.actions.flatMap((action) => (action.kind === 'remove' ? [action.nodeName] : []));
}

function keptBecause(plan: Plan, nodeName: string): string | undefined {
  return plan.kept.find((kept) => kept.nodeName === nodeName)?.reason.code;
}

describe('shrinking', () => {
  it('removes one node when load was low for the whole window, and says of each other why it stays', () => {
    const plan = decide(aPolicy(), idle(), NOW);
    expect(removed(plan)).toEqual(['i-5']);
    expect(plan.actions[0]).toMatchObject({
      kind: 'remove',
      instanceId: 'i-5',
      deadlineMs: NOW + 300_000,
      graceLimitSeconds: 60,
    });
    expect(plan.actions[0]?.reasons[0]?.text).toContain('CPU below 30 % and memory below 50 % for 600 s');
    expect(plan.kept.map((kept) => kept.nodeName)).toEqual(['i-1', 'i-2', 'i-3', 'i-4']);
    expect(plan).toMatchObject({ currentNodes: 5, desiredNodes: 4 });
  });

  it('removes as many as the policy allows in one decision, never below the minimum', () => {
    const policy = aPolicy({
      shrink: { maxNodesPerDecision: 9 },
      spot: { onDemandBase: 0 },
      nodes: { min: 3 },
    });
    expect(removed(decide(policy, idle(), NOW))).toHaveLength(2);
  });

  it('shrinks from exactly the maximum', () => {
    const policy = aPolicy({ nodes: { max: 5 } });
    expect(removed(decide(policy, idle(), NOW))).toEqual(['i-5']);
  });

  it('takes one at a time from a fleet above a lowered maximum though load is not low', () => {
    const policy = aPolicy({ nodes: { max: 3 } });
    const plan = decide(policy, idle({ utilization: aUtilization() }), NOW);
    expect(removed(plan)).toEqual(['i-5']);
    expect(plan.actions[0]?.reasons[0]?.text).toContain('5 workers, the maximum is 3');
  });

  it('keeps protected nodes even above the maximum', () => {
    const policy = aPolicy({ nodes: { max: 3 } });
    const nodes = fiveWorkers().map((node) => ({ ...node, doNotDisrupt: true }));
    const plan = decide(policy, idle({ nodes }), NOW);
    expect(removed(plan)).toEqual([]);
    expect(plan.refusals.map((refusal) => refusal.reason.code)).toContain('no-safe-candidate');
  });

  it('lets the proof alone decide where metrics are off', () => {
    const policy = aPolicy({ utilization: { enabled: false } });
    expect(removed(decide(policy, idle({ utilization: aUtilization() }), NOW))).toEqual(['i-5']);
  });
});

describe('the order of candidates', () => {
  const policy = aPolicy({ spot: { onDemandBase: 0 } });
  const order = (nodes: readonly Node[], parts: Partial<Snapshot> = {}) =>
    removed(decide(policy, idle({ nodes, ...parts }), NOW));

  it('begins in the zone with the most workers', () => {
    const spot = aNode({ name: 'i-2', zone: B, lifecycle: 'spot' });
    expect(order([aNode({ name: 'i-1', zone: A }), spot, aNode({ name: 'i-3', zone: A })])).toEqual(['i-1']);
  });

  it('then takes the lifecycle of which there is too much, fewest pods, lowest CPU, the newest, and the name', () => {
    const three = ['i-1', 'i-2', 'i-3'].map((name) => aNode({ name, zone: A }));
    const other = aNode({ name: 'i-9', zone: B });
    expect(order([...three, other])).toEqual(['i-1']);
    const newest = three.map((node, i) => ({ ...node, createdAtMs: i === 1 ? 1_000 : 0 }));
    expect(order([...newest, other])).toEqual(['i-2']);
    const cpu = { ...low, nodeCpuPercent: { 'i-1': 20, 'i-2': 30, 'i-3': 10 } };
    expect(order([...newest, other], { utilization: cpu })).toEqual(['i-3']);
    const pods = [aPod({ nodeName: 'i-2' }), aPod({ nodeName: 'i-3' })];
    expect(order([...newest, other], { utilization: cpu, pods })).toEqual(['i-1']);
    const shares = (...lifecycles: readonly Lifecycle[]) =>
      newest.map((node, i): Node => ({ ...node, lifecycle: lifecycles[i] ?? 'spot' }));
    const of = (...lifecycles: readonly Lifecycle[]) =>
      order([...shares(...lifecycles), { ...other, lifecycle: 'spot' }], { utilization: cpu, pods });
    // 70 % of the three that stay is two.
    expect(of('on-demand', 'spot', 'on-demand')).toEqual(['i-1']);
    expect(of('on-demand', 'spot', 'spot')).toEqual(['i-3']);
  });

  it('takes spot first where the share is as the policy wants it', () => {
    expect(removed(decide(aPolicy(), idle(), NOW))).toEqual(['i-5']);
  });

  it('begins with types and zones that the policy no longer names, before the fullest zone', () => {
    const nodes = fiveWorkers().map((node) => (node.name === 'i-4' ? { ...node, type: 't2.micro' } : node));
    expect(removed(decide(aPolicy(), idle({ nodes }), NOW))).toEqual(['i-4']);
  });
});

describe('a brake holds back every removal', () => {
  const cases: readonly [string, string, Partial<Snapshot>, Record<string, unknown>?][] = [
    ['while shrinking is off', 'shrink-off', {}, { shrink: { enabled: false } }],
    ['at the minimum', 'at-minimum', {}, { nodes: { min: 5 } }],
    [
      'while the list of instances is unknown',
      'instances-unknown',
      { instances: { status: 'unknown', why: '?' } },
    ],
    ['while a launch is in flight', 'launch-in-flight', { operations: [aLaunch()] }],
    [
      'while a removal is in flight',
      'removal-in-flight',
      { operations: [aRemoval({ step: 'terminating', nodeName: 'i-0', instanceId: 'i-0' })] },
    ],
    ['while a pod waits for room that is there', 'pods-wait', { pods: [aPendingPod({ sinceMs: NOW })] }],
    [
      'after a growth by metrics, for ten minutes',
      'cooldown',
      { operations: [aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 599_000 })] },
    ],
    [
      'after a removal, for ten minutes',
      'cooldown',
      { operations: [aRemoval({ step: 'removed', nodeName: 'i-0', endedAtMs: NOW - 599_000 })] },
    ],
    ['while CPU is unknown', 'cpu-unknown', { utilization: aUtilization() }],
    [
      'while memory was not low once in the window',
      'memory-not-low',
      { utilization: { ...low, memoryPercent: steady(50, { untilMs: NOW }) } },
      { consolidation: { enabled: false } },
    ],
    [
      'while only a part of the workers is measured',
      'cpu-partial',
      { utilization: { ...low, cpuPercent: steady(5, { untilMs: NOW, coverage: 0.8 }) } },
    ],
    [
      'while too many workers are not ready',
      'too-many-unready',
      {
        nodes: fiveWorkers().map((node, i) =>
          i < 2 ? { ...node, isReady: false, readyChangedAtMs: NOW - 10_000 } : node,
        ),
      },
    ],
  ];
  it.each(cases.map(([title, code, parts, policyParts = {}]) => [title, code, parts, policyParts] as const))(
    '%s',
    (_title, code, parts, policyParts) => {
      const policy = aPolicy(policyParts);
      const plan = decide(policy, idle(parts), NOW);
      expect(removed(plan)).toEqual([]);
      expect([...new Set(plan.kept.map((kept) => kept.reason.code))]).toEqual([code]);
      expect(plan.kept).toHaveLength(5);
    },
  );

  it('while a schedule wants the nodes within the hour', () => {
    const start = new Date(NOW + 1_800_000);
    const cron = `${start.getUTCMinutes()} ${start.getUTCHours()} * * *`;
    const rush = {
      name: 'rush',
      start: cron,
      timeZone: 'UTC',
      durationMinutes: 60,
      leadMinutes: 0,
      minNodes: 5,
    };
    const plan = decide(aPolicy({ schedules: [rush] }), idle(), NOW);
    expect(removed(plan)).toEqual([]);
    expect(keptBecause(plan, 'i-5')).toBe('scheduled-soon');
  });

  it('a launch that never became ready begins no cooldown', () => {
    const operations = [
      aLaunch({ step: 'failed', startsCooldown: true, endedAtMs: NOW - 1_000 }),
      aRemoval({ step: 'aborted', nodeName: 'i-1', endedAtMs: NOW - 1_000 }),
    ];
    expect(removed(decide(aPolicy(), idle({ operations }), NOW))).toEqual(['i-5']);
  });

  it('a pod that can never fit holds nothing back', () => {
    const pods = [aPendingPod({ memory: 9_000, sinceMs: 0 })];
    expect(removed(decide(aPolicy(), idle({ pods }), NOW))).toEqual(['i-5']);
  });
});

describe('a node stays', () => {
  const nodeCases: readonly [string, string, Partial<Node>, Partial<Snapshot>?][] = [
    ['while a person forbids disrupting it', 'node-do-not-disrupt', { doNotDisrupt: true }],
    ['while a person has cordoned it', 'cordoned-by-person', { isUnschedulable: true }],
    ['while it is younger than the policy allows', 'too-young', { createdAtMs: NOW - 299_000 }],
    [
      'for three minutes after its drain was aborted',
      'drain-paused',
      {},
      { operations: [aRemoval({ nodeName: 'i-5', step: 'aborted', endedAtMs: NOW - 179_000 })] },
    ],
    ['while it is the last in its zone', 'last-in-zone', { zone: 'ap-southeast-1c' }],
  ];
  it.each(nodeCases.map(([title, code, node, parts = {}]) => [title, code, node, parts] as const))(
    '%s',
    (_title, code, nodeParts, parts) => {
      const zones = [A, B, 'ap-southeast-1c'];
      const nodes = fiveWorkers(nodeParts).map((node) =>
        node.name === 'i-5' ? node : { ...node, doNotDisrupt: true },
      );
      const plan = decide(
        aPolicy({ instances: { zones }, spot: { onDemandBase: 4 } }),
        idle({ nodes, ...parts }),
        NOW,
      );
      expect(removed(plan)).not.toContain('i-5');
      expect(keptBecause(plan, 'i-5')).toBe(code);
    },
  );

  it('without an instance of the fleet behind it', () => {
    const snapshot = idle();
    const instances = { status: 'known' as const, value: [] };
    const plan = decide(aPolicy(), { ...snapshot, instances }, NOW);
    expect(removed(plan)).toEqual([]);
    expect(keptBecause(plan, 'i-5')).toBe('no-instance');
  });

  it('while it belongs to the on-demand base', () => {
    const policy = aPolicy({ spot: { onDemandBase: 5 } });
    const nodes = fiveWorkers().map((node): Node => ({ ...node, lifecycle: 'on-demand' }));
    const plan = decide(policy, idle({ nodes }), NOW);
    expect(keptBecause(plan, 'i-5')).toBe('on-demand-base');
  });

  it('while its pods do not fit elsewhere', () => {
    const pods = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5'].map((nodeName) => aPod({ nodeName, cpu: 1000 }));
    const plan = decide(aPolicy(), idle({ pods }), NOW);
    expect(removed(plan)).toEqual([]);
    expect(keptBecause(plan, 'i-5')).toBe('pods-do-not-fit');
  });

  it('unless its zone is one that the policy no longer names', () => {
    const plan = decide(aPolicy(), idle({ nodes: fiveWorkers({ zone: 'ap-southeast-1c' }) }), NOW);
    expect(keptBecause(plan, 'i-5')).not.toBe('last-in-zone');
  });

  it('and is named when it no longer counts as a worker', () => {
    const nodes = fiveWorkers({ isReady: false, readyChangedAtMs: NOW - 400_000, doNotDisrupt: true });
    const plan = decide(aPolicy(), idle({ nodes }), NOW);
    expect(plan.currentNodes).toBe(4);
    expect(keptBecause(plan, 'i-5')).toBe('not-counted');
  });
});
