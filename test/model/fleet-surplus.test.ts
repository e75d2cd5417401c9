import { describe, expect, it } from '@jest/globals';
import { fleetSurplusUsdPerHour } from '../../src/model/fleet-surplus.ts';

const burst = { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 };
const smalls = (count: number) => ({ count, vcpus: 2, burst, creditMode: 'unlimited' as const });

describe('the surplus of a fleet', () => {
  it('is what the load exceeds all baselines by: 0.05 USD a vCPU-hour', () => {
    // Five of t3.small sustain 2 vCPUs; a sixth saves 0.4 of 2 more.
    expect(fleetSurplusUsdPerHour([smalls(5)], 4)).toBeCloseTo(2 * 0.05, 12);
    expect(fleetSurplusUsdPerHour([smalls(6)], 4)).toBeCloseTo(1.6 * 0.05, 12);
    expect(fleetSurplusUsdPerHour([smalls(10)], 4)).toBeCloseTo(0, 12);
  });

  it('is charged only to burstable workers in unlimited mode, each by its share of the load', () => {
    const fixed = { count: 1, vcpus: 2, creditMode: 'unlimited' as const };
    const standard = { ...smalls(1), creditMode: 'standard' as const };
    // 4 vCPUs in use of 8 are 50 %: 30 % above the baseline on two of the four workers.
    expect(fleetSurplusUsdPerHour([smalls(2), fixed, standard], 4)).toBeCloseTo(2 * 0.3 * 2 * 0.05, 12);
  });

  it('is nothing without workers, and no more than all of them at 100 %', () => {
    expect(fleetSurplusUsdPerHour([], 4)).toBe(0);
    expect(fleetSurplusUsdPerHour([smalls(1)], 40)).toBeCloseTo(0.8 * 2 * 0.05, 12);
  });
});
