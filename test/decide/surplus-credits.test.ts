import { describe, expect, it } from '@jest/globals';
import { decide } from '../../src/decide/decide.ts';
import type { LaunchAction, Plan } from '../../src/model/plan.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { aLaunch, aNode, offerings } from '../builders/fleet.ts';
import { aPendingPod } from '../builders/pod.ts';
import { aPolicy } from '../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../builders/snapshot.ts';

const NOW = 100_000_000;
const MINUTE_MS = 60_000;
const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';
const burst = { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 };
/** One on-demand worker, all others spot. */
const MOSTLY_SPOT = { spot: { percent: 100, onDemandBase: 1 } };

/** One on-demand worker and four spot ones, ten vCPUs in all, at this CPU load for long. */
function fiveAt(cpuPercent: number, parts: Partial<Snapshot> = {}): Snapshot {
  const zones = [A, B, A, B, A];
  return aSnapshot({
    nodes: zones.map((zone, i) =>
      aNode({ name: `i-${i + 1}`, zone, lifecycle: i === 0 ? 'on-demand' : 'spot' }),
    ),
    offerings: offerings().map((offering) => ({ ...offering, burst })),
    utilization: aUtilization({
      cpuPercent: steady(cpuPercent, { untilMs: NOW }),
      memoryPercent: steady(40, { untilMs: NOW }),
    }),
    ...parts,
  });
}

function launches(plan: Plan): readonly LaunchAction[] {
  return plan.actions.filter((action) => action.kind === 'launch');
}

function removed(plan: Plan): readonly string[] {
  return plan.actions.flatMap((action) => (action.kind === 'remove' ? [action.nodeName] : []));
}

describe('buying a worker for its credits', () => {
  it('takes one spot worker more where it saves more surplus than it costs', () => {
    const plan = decide(aPolicy(MOSTLY_SPOT), fiveAt(40), NOW);
    const [launch] = launches(plan);
    expect(launches(plan)).toHaveLength(1);
    expect(launch?.reasons[0]).toMatchObject({
      code: 'saves-credits',
      text: 'a spot worker more saves 0.020 USD/h of surplus credits and costs 0.011 USD/h',
    });
    expect(launch?.offerings.every((key) => key.endsWith('/spot'))).toBe(true);
    expect(launch?.startsCooldown).toBe(false);
  });

  it('takes the type that gains most, one without credits where that is cheap by the core', () => {
    const steadyType = {
      type: 'm5.xlarge',
      allocatable: { cpuMillis: 4_000, memoryMiB: 14_000, pods: 110 },
    };
    const offered = offerings().flatMap((one) => [
      { ...one, burst },
      ...(one.type === 't3.small' ? [{ ...one, ...steadyType, priceUsdPerHour: 0.025 }] : []),
    ]);
    const [launch] = launches(decide(aPolicy(MOSTLY_SPOT), fiveAt(40, { offerings: offered }), NOW));
    expect(launch?.offerings).toEqual(['m5.xlarge/ap-southeast-1b/spot']);
  });

  it('buys in the zone with the fewest workers alone, and nothing where that does not pay', () => {
    const [launch] = launches(decide(aPolicy(MOSTLY_SPOT), fiveAt(40), NOW));
    expect(launch?.offerings.every((key) => key.includes(`/${B}/`))).toBe(true);
    const dearThere = offerings().map((one) => ({
      ...one,
      burst,
      priceUsdPerHour: one.zone === B ? 0.019 : 0.008,
    }));
    expect(launches(decide(aPolicy(MOSTLY_SPOT), fiveAt(40, { offerings: dearThere }), NOW))).toEqual([]);
  });

  it('buys nothing below the baseline, in standard mode, nor where the policy says no', () => {
    expect(launches(decide(aPolicy(MOSTLY_SPOT), fiveAt(20), NOW))).toEqual([]);
    const modes = { onDemand: 'standard', spot: 'standard' };
    const standard = aPolicy({ ...MOSTLY_SPOT, cost: { cpuCredits: modes } });
    expect(launches(decide(standard, fiveAt(40), NOW))).toEqual([]);
    const off = aPolicy({ ...MOSTLY_SPOT, cost: { sizeByCredits: false } });
    expect(launches(decide(off, fiveAt(40), NOW))).toEqual([]);
  });

  it('buys no on-demand worker for it, whose price is above what it saves', () => {
    const allOnDemand = aPolicy({ spot: { percent: 0 } });
    const nodes = fiveAt(40).nodes.map((node) => ({ ...node, lifecycle: 'on-demand' as const }));
    expect(launches(decide(allOnDemand, fiveAt(40, { nodes }), NOW))).toEqual([]);
    const dear = fiveAt(40, {
      offerings: offerings().map((one) => ({ ...one, burst, priceUsdPerHour: 0.019 })),
    });
    expect(launches(decide(aPolicy(MOSTLY_SPOT), dear, NOW))).toEqual([]);
  });

  it('waits for pods, for what is under way, and for a quarter of an hour after any launch', () => {
    const pods = [aPendingPod({ sinceMs: NOW - 5_000, cpu: 1_500 })];
    const nodes = fiveAt(40).nodes.map((node) => ({ ...node, isUnschedulable: true }));
    const [forPods, ...more] = launches(decide(aPolicy(MOSTLY_SPOT), fiveAt(40, { pods, nodes }), NOW));
    expect(forPods?.reasons[0]?.code).toBe('pending-pods');
    expect(more).toEqual([]);
    const endedAt = (minutesAgo: number) =>
      fiveAt(40, {
        operations: [aLaunch({ step: 'ready', instanceId: 'i-5', endedAtMs: NOW - minutesAgo * MINUTE_MS })],
      });
    expect(launches(decide(aPolicy(MOSTLY_SPOT), endedAt(14), NOW))).toEqual([]);
    expect(launches(decide(aPolicy(MOSTLY_SPOT), endedAt(16), NOW))).toHaveLength(1);
  });

  it('leaves the last place below the maximum to pods, and asks for nothing that the budget refuses', () => {
    const nearlyFull = aPolicy({ ...MOSTLY_SPOT, nodes: { max: 6 } });
    expect(decide(nearlyFull, fiveAt(40), NOW)).toMatchObject({ actions: [], refusals: [] });
    const poor = aPolicy({ ...MOSTLY_SPOT, cost: { maxUsdPerHour: 0.06 } });
    expect(decide(poor, fiveAt(40), NOW)).toMatchObject({ actions: [], refusals: [] });
  });

  it('buys nothing on a load that is not known', () => {
    const unknown = fiveAt(40, { utilization: aUtilization() });
    expect(launches(decide(aPolicy(MOSTLY_SPOT), unknown, NOW))).toEqual([]);
  });
});

describe('keeping a worker for its credits', () => {
  it('keeps a spot worker that earns its keep though the load is low, and says what it saves', () => {
    const plan = decide(aPolicy(MOSTLY_SPOT), fiveAt(22), NOW);
    expect(removed(plan)).toEqual([]);
    expect(plan.kept.find(({ nodeName }) => nodeName === 'i-5')?.reason).toMatchObject({
      code: 'saves-credits',
      text: 'i-5 saves 0.020 USD/h of surplus credits, at 0.011 USD/h',
    });
  });

  it('lets it go once the others sustain the load', () => {
    expect(removed(decide(aPolicy(MOSTLY_SPOT), fiveAt(15), NOW))).toHaveLength(1);
  });

  it('lets an on-demand worker go that costs more than it saves', () => {
    const nodes = [A, B, A, B, A].map((zone, i) => aNode({ name: `i-${i + 1}`, zone }));
    const allOnDemand = aPolicy({ spot: { percent: 0 } });
    expect(removed(decide(allOnDemand, fiveAt(25, { nodes }), NOW))).toHaveLength(1);
  });

  it('lets nothing go for half an hour after a worker was bought for its credits', () => {
    const bought = (minutesAgo: number) =>
      aLaunch({
        step: 'ready',
        instanceId: 'i-5',
        reasons: [{ code: 'saves-credits', text: '' }],
        endedAtMs: NOW - minutesAgo * MINUTE_MS,
      });
    const after = (minutesAgo: number) =>
      decide(aPolicy(MOSTLY_SPOT), fiveAt(10, { operations: [bought(minutesAgo)] }), NOW);
    expect(removed(after(29))).toEqual([]);
    expect(after(29).kept.some(({ reason }) => reason.code === 'saves-credits')).toBe(true);
    expect(removed(after(31))).toHaveLength(1);
  });

  it('keeps none above the maximum', () => {
    const plan = decide(aPolicy({ ...MOSTLY_SPOT, nodes: { max: 4 } }), fiveAt(25), NOW);
    expect(removed(plan)).toHaveLength(1);
  });
});
