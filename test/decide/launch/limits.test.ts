import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide } from '../../../src/decide/decide.ts';
import { expectedCost } from '../../../src/decide/state/expected-cost.ts';
import { offeringKey } from '../../../src/model/offering.ts';
import type { LaunchAction, Plan } from '../../../src/model/plan.ts';
import { aNode, offerings } from '../../builders/fleet.ts';
import { aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';

const NOW = 1_000_000;

function launchesOf(plan: Plan): readonly LaunchAction[] {
  return plan.actions.filter((action) => action.kind === 'launch');
}

/** A schedule that always holds. */
function always(minNodes: number) {
  return { name: 'always', start: '0 0 * * *', timeZone: 'UTC', durationMinutes: 1_440, minNodes };
}

describe('the budget', () => {
  const floorOfFour = (maxUsdPerHour: number) =>
    decide(aPolicy({ nodes: { min: 0 }, schedules: [always(4)], cost: { maxUsdPerHour } }), aSnapshot(), NOW);

  it('lets launches through up to its amount and says what it refused', () => {
    const plan = floorOfFour(0.06);
    expect(launchesOf(plan)).toHaveLength(2);
    const refusal = plan.refusals.find(({ reason }) => reason.code === 'budget');
    expect(refusal?.reason.text).toContain('cost.maxUsdPerHour allows 0.0600 USD per hour');
  });

  it('takes dearer offerings off the list of a launch, so that no fallback breaks it', () => {
    const keys = launchesOf(floorOfFour(0.0265)).flatMap((launch) => launch.offerings);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.every((key) => key.startsWith('t3a.small/'))).toBe(true);
  });

  it('allows nothing while what the fleet costs is not known', () => {
    const strange = aNode({ type: 'x99.mega' });
    const instances = { status: 'known' as const, value: [] };
    const snapshot = aSnapshot({ nodes: [strange], instances });
    const plan = decide(
      aPolicy({ nodes: { min: 0 }, schedules: [always(4)], cost: { maxUsdPerHour: 100 } }),
      snapshot,
      NOW,
    );
    expect(launchesOf(plan)).toEqual([]);
  });

  it('never keeps the fleet below its minimum, and holds for what comes on top', () => {
    const inForce = aPolicy({ nodes: { min: 2 }, schedules: [always(4)], cost: { maxUsdPerHour: 0.001 } });
    const plan = decide(inForce, aSnapshot(), NOW);
    expect(launchesOf(plan)).toHaveLength(2);
    expect(plan.refusals.map(({ reason }) => reason.code)).toContain('budget');
  });

  it('is the same whether the fleet is busy or idle', () => {
    const burst = { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 };
    const inForce = aPolicy({ nodes: { min: 0 }, schedules: [always(4)], cost: { maxUsdPerHour: 0.15 } });
    const bought = [10, 69].map((percent) => {
      const utilization = aUtilization({ cpuPercent: steady(percent, { untilMs: NOW }) });
      const burstable = offerings().map((offering) => ({ ...offering, burst }));
      return launchesOf(decide(inForce, aSnapshot({ offerings: burstable, utilization }), NOW)).length;
    });
    expect(bought).toEqual([4, 4]);
  });

  it('is never exceeded by what a decision launches, whichever of its offerings EC2 gives', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.005, max: 0.3, noNaN: true }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 30 }),
        (maxUsdPerHour, min, podCount) => {
          const schedules = min === 0 ? [] : [always(min)];
          const inForce = aPolicy({ nodes: { min: 0 }, schedules, cost: { maxUsdPerHour } });
          const pods = Array.from({ length: podCount }, (_, i) =>
            aPod({ name: `p-${i}`, cpu: 900, unschedulableSinceMs: NOW - 60_000 }),
          );
          const plan = decide(inForce, aSnapshot({ pods }), NOW);
          const byKey = new Map(offerings().map((offering) => [offeringKey(offering), offering]));
          const dearest = launchesOf(plan).map((launch) =>
            Math.max(
              ...launch.offerings.map((key) => {
                const offering = byKey.get(key);
                if (offering === undefined) return Number.POSITIVE_INFINITY;
                return expectedCost(offering, inForce.policy.cost, 0)?.totalUsdPerHour ?? Infinity;
              }),
            ),
          );
          expect(dearest.reduce((sum, usd) => sum + usd, 0)).toBeLessThanOrEqual(maxUsdPerHour + 1e-9);
        },
      ),
    );
  });
});

describe('resource limits', () => {
  it('count what the fleet offers to pods, booting workers included', () => {
    const snapshot = aSnapshot({ nodes: [aNode({ name: 'i-1' })] });
    const plan = decide(aPolicy({ nodes: { min: 4, maxCpuMillis: 1_900 * 3 } }), snapshot, NOW);
    expect(launchesOf(plan)).toHaveLength(2);
    expect(plan.refusals.map(({ reason }) => reason.code)).toContain('cpu-limit');
    const memory = decide(aPolicy({ nodes: { min: 4, maxMemoryMiB: 1_400 } }), snapshot, NOW);
    expect(launchesOf(memory)).toEqual([]);
    expect(memory.refusals.map(({ reason }) => reason.code)).toContain('memory-limit');
  });
});
