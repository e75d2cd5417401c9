import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../../src/decide/decide.ts';
import type { Node } from '../../../../src/model/node.ts';
import type { LaunchOperation } from '../../../../src/model/operation.ts';
import type { LaunchAction, Plan } from '../../../../src/model/plan.ts';
import type { Snapshot } from '../../../../src/model/snapshot.ts';
import { aLaunch, aNode, anOffering, aRemoval, offerings, SMALL } from '../../../builders/fleet.ts';
import { aPod } from '../../../builders/pod.ts';
import { aPolicy } from '../../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../../builders/snapshot.ts';

/** A time at which replacements are looked for. */
const NOW = 600_000 * 167;
const LARGE = { cpuMillis: 1900, memoryMiB: 6_900, pods: 110 };
const B = 'ap-southeast-1b';

/** Half used, so that nothing is removed for low load. */
const BUSY = aUtilization({
  cpuPercent: steady(40, { untilMs: NOW }),
  memoryPercent: steady(20, { untilMs: NOW }),
});

function large(parts: Partial<Node>): Node {
  return aNode({ type: 't3.large', allocatable: LARGE, ...parts });
}

/** Two on-demand workers that the rules keep, and a large spot one whose pods a small one could hold. */
function aDearFleet(parts: Partial<Snapshot> = {}): Snapshot {
  const nodes = [
    aNode({ name: 'i-1' }),
    aNode({ name: 'i-2', zone: B }),
    large({ name: 'i-3', lifecycle: 'spot' }),
  ];
  const pods = ['i-1', 'i-2', 'i-3'].map((nodeName) =>
    aPod({
      nodeName,
      cpu: 1_000,
      memory: 800,
      owner: { kind: 'Deployment', name: 'web', uid: 'u', replicas: 3 },
    }),
  );
  const dear = anOffering({ type: 't3.large', lifecycle: 'spot', priceUsdPerHour: 0.04, allocatable: LARGE });
  return aSnapshot({ nodes, pods, offerings: [...offerings(), dear], utilization: BUSY, ...parts });
}

const policy = (parts: Record<string, unknown> = {}) =>
  aPolicy({ nodes: { min: 2 }, instances: { types: ['t3.small', 't3a.small', 't3.large'] }, ...parts });

function replacementsOf(plan: Plan): readonly LaunchAction[] {
  return plan.actions.filter(
    (action): action is LaunchAction => action.kind === 'launch' && action.consolidates !== undefined,
  );
}

describe('a worker that costs more than its pods need', () => {
  it('is replaced by a cheaper one, which is launched first', () => {
    const plan = decide(policy(), aDearFleet(), NOW);
    expect(plan.actions).toHaveLength(1);
    expect(replacementsOf(plan)).toMatchObject([
      {
        offerings: ['t3.small/ap-southeast-1a/spot'],
        consolidates: ['i-3'],
        startsCooldown: false,
        reasons: [{ code: 'consolidation', facts: { moves: 1 } }],
      },
    ]);
  });

  it('stays while the saving does not pay for the disruption, by the policy', () => {
    const dear = policy({ consolidation: { podMoveUsd: 1 } });
    expect(replacementsOf(decide(dear, aDearFleet(), NOW))).toEqual([]);
    const choosy = policy({ consolidation: { minSavingPercent: 90 } });
    expect(replacementsOf(decide(choosy, aDearFleet(), NOW))).toEqual([]);
    const off = policy({ consolidation: { enabled: false } });
    expect(replacementsOf(decide(off, aDearFleet(), NOW))).toEqual([]);
  });

  it('stays while the load is not known, or would be too high on what is left', () => {
    const blind = aDearFleet({ utilization: aUtilization() });
    expect(replacementsOf(decide(policy(), blind, NOW))).toEqual([]);
    const hot = aUtilization({ ...BUSY, cpuPercent: steady(55, { untilMs: NOW }) });
    expect(replacementsOf(decide(policy(), aDearFleet({ utilization: hot }), NOW))).toEqual([]);
    const full = aUtilization({ ...BUSY, memoryPercent: steady(60, { untilMs: NOW }) });
    expect(replacementsOf(decide(policy(), aDearFleet({ utilization: full }), NOW))).toEqual([]);
  });

  it('is looked at for replacement once in ten minutes', () => {
    const looks = Array.from({ length: 40 }, (_, i) =>
      replacementsOf(decide(policy(), aDearFleet(), NOW + i * 15_000)),
    );
    expect(looks.map((found) => found.length)).toEqual([1, ...Array<number>(39).fill(0)]);
  });

  it('stays while it is young, protected, or its cost is not known', () => {
    const nodes = (third: Partial<Node>) => [
      ...aDearFleet().nodes.slice(0, 2),
      large({ name: 'i-3', lifecycle: 'spot', ...third }),
    ];
    const kept = [
      aDearFleet({ nodes: nodes({ createdAtMs: NOW - 600_000 }) }),
      aDearFleet({ nodes: nodes({ doNotDisrupt: true }) }),
      aDearFleet({ nodes: nodes({ type: 'x99.mega' }), instances: { status: 'known', value: [] } }),
    ];
    for (const snapshot of kept) expect(replacementsOf(decide(policy(), snapshot, NOW))).toEqual([]);
  });

  it('is left alone for hours after its replacement came to nothing', () => {
    const failed = aLaunch({ consolidates: ['i-3'], step: 'failed', endedAtMs: NOW - 3_600_000 });
    expect(replacementsOf(decide(policy(), aDearFleet({ operations: [failed] }), NOW))).toEqual([]);
    const long = { ...failed, endedAtMs: NOW - 30_000_000 };
    expect(replacementsOf(decide(policy(), aDearFleet({ operations: [long] }), NOW))).toHaveLength(1);
  });

  it('is not replaced where the budget of removals is spent', () => {
    const none = policy({ shrink: { budgets: [{ name: 'freeze', maxNodesPerHour: 0 }] } });
    expect(replacementsOf(decide(none, aDearFleet(), NOW))).toEqual([]);
  });
});

describe('several workers', () => {
  it('are replaced by fewer, when one holds what they hold', () => {
    const nodes = [
      aNode({ name: 'i-1' }),
      aNode({ name: 'i-2', zone: B }),
      ...['i-3', 'i-4', 'i-5'].map((name) =>
        aNode({ name, lifecycle: 'spot', ...(name === 'i-4' && { zone: B }) }),
      ),
    ];
    const pods = nodes.map(({ name }) =>
      aPod({
        nodeName: name,
        cpu: 500,
        memory: 1_100,
        owner: { kind: 'Deployment', name: 'web', uid: 'u', replicas: 5 },
      }),
    );
    const cheap = anOffering({
      type: 't3.large',
      lifecycle: 'spot',
      priceUsdPerHour: 0.009,
      allocatable: LARGE,
    });
    const snapshot = aSnapshot({
      nodes,
      pods,
      offerings: [...offerings(), cheap],
      utilization: aUtilization({ ...BUSY, cpuPercent: steady(30, { untilMs: NOW }) }),
    });
    const [launch, ...others] = replacementsOf(
      decide(policy({ cost: { cpuCredits: { spot: 'standard' } } }), snapshot, NOW),
    );
    expect(others).toEqual([]);
    expect(launch).toMatchObject({
      offerings: ['t3.large/ap-southeast-1a/spot'],
      consolidates: ['i-3', 'i-4', 'i-5'],
    });
  });

  it('stay where the same load costs more surplus credits on fewer vCPUs than is saved', () => {
    const burst = { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 };
    const nodes = [
      aNode({ name: 'i-1' }),
      aNode({ name: 'i-2', zone: B }),
      ...['i-3', 'i-4', 'i-5'].map((name) =>
        aNode({ name, lifecycle: 'spot', ...(name === 'i-4' && { zone: B }) }),
      ),
    ];
    const owner = { kind: 'Deployment', name: 'web', uid: 'u', replicas: 5 };
    const pods = nodes.map(({ name }) => aPod({ nodeName: name, cpu: 500, memory: 1_100, owner }));
    const cheap = anOffering({
      type: 't3.large',
      lifecycle: 'spot',
      priceUsdPerHour: 0.009,
      allocatable: LARGE,
      burst: { ...burst, baselinePercentPerVcpu: 30 },
    });
    // 3 of 10 vCPUs are used: 0.05 USD/h of surplus now, 0.08 on three workers less and one more, which saves 0.02 otherwise.
    const snapshot = aSnapshot({
      nodes,
      pods,
      offerings: [...offerings().map((one) => ({ ...one, burst })), cheap],
      utilization: aUtilization({ ...BUSY, cpuPercent: steady(30, { untilMs: NOW }) }),
    });
    expect(replacementsOf(decide(policy(), snapshot, NOW))).toEqual([]);
    const byPrice = policy({ cost: { sizeByCredits: false } });
    expect(replacementsOf(decide(byPrice, snapshot, NOW))).toHaveLength(1);
  });
});

describe('once the replacement is ready', () => {
  const ready = (parts: Partial<LaunchOperation> = {}) =>
    aLaunch({ consolidates: ['i-3'], step: 'ready', instanceId: 'i-9', endedAtMs: NOW - 60_000, ...parts });
  const withNew = (operations: Snapshot['operations']) => {
    const before = aDearFleet();
    const fresh = aNode({ name: 'i-9', zone: B, lifecycle: 'spot', createdAtMs: NOW - 120_000 });
    return aDearFleet({ nodes: [...before.nodes, fresh], operations });
  };

  it('the old worker goes, whatever the load, by the same proof as any removal', () => {
    const plan = decide(policy(), withNew([ready()]), NOW);
    expect(plan.actions).toMatchObject([
      { kind: 'remove', nodeName: 'i-3', reasons: [{ code: 'replaced' }] },
    ]);
  });

  it('nothing goes when one of several launches for it came to nothing', () => {
    const half = [ready(), ready({ id: 'op-2', step: 'failed' })];
    expect(decide(policy(), withNew(half), NOW).actions).toEqual([]);
  });

  it('the old worker stays when its pods would not fit after all, or its hour is over', () => {
    const full = withNew([ready()]);
    const crowd = [...full.pods, aPod({ nodeName: 'i-9', cpu: SMALL.cpuMillis, memory: 100 })];
    expect(decide(policy(), { ...full, pods: crowd }, NOW).actions).toEqual([]);
    expect(decide(policy(), withNew([ready({ endedAtMs: NOW - 3_700_000 })]), NOW).actions).toEqual([]);
  });

  it('a drain that was given up for it is not tried again for hours', () => {
    const aborted = aRemoval({
      nodeName: 'i-3',
      step: 'aborted',
      reasons: [{ code: 'replaced', text: 'replaced' }],
      endedAtMs: NOW - 400_000,
    });
    const old = ready({ endedAtMs: NOW - 4_000_000 });
    expect(decide(policy(), withNew([old, aborted]), NOW).actions).toEqual([]);
  });
});
