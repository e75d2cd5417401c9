import { describe, expect, it } from '@jest/globals';
import { expectedCost, expectedCpuPercent } from '../../../src/decide/state/expected-cost.ts';
import { unknownSignal } from '../../../src/model/signal.ts';
import { anOffering } from '../../builders/fleet.ts';
import { aPolicy } from '../../builders/policy.ts';
import { steady } from '../../builders/snapshot.ts';

const { policy } = aPolicy();
const burst = { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 };
const small = anOffering({ burst });

describe('the expected cost of an offering', () => {
  it('adds the surplus of CPU above the baseline: 0.05 USD/h for two vCPUs at a steady 70 %', () => {
    const cost = expectedCost(small, policy.cost, 70);
    expect(cost?.surplusUsdPerHour).toBeCloseTo(0.05, 12);
    expect(cost?.totalUsdPerHour).toBeCloseTo(0.0264 + 0.05 + (20 * 0.096) / 730, 12);
  });

  it('charges no surplus at or below the baseline, nor in standard mode, nor to other types', () => {
    expect(expectedCost(small, policy.cost, 20)?.surplusUsdPerHour).toBe(0);
    expect(expectedCost(anOffering(), policy.cost, 100)?.surplusUsdPerHour).toBe(0);
    const { cost } = aPolicy({ cost: { cpuCredits: { onDemand: 'standard' } } }).policy;
    expect(expectedCost(small, cost, 100)?.surplusUsdPerHour).toBe(0);
    expect(expectedCost({ ...small, lifecycle: 'spot' }, cost, 100)?.surplusUsdPerHour).toBeCloseTo(0.08, 12);
  });

  it('weighs what an interruption costs by its chance, for spot alone', () => {
    const { cost } = aPolicy({ cost: { interruptionUsd: 10 } }).policy;
    const risky = anOffering({ lifecycle: 'spot', interruptionsPerHour: 0.001 });
    expect(expectedCost(risky, cost, 0)?.interruptionUsdPerHour).toBeCloseTo(0.01, 12);
    expect(expectedCost({ ...risky, lifecycle: 'on-demand' }, cost, 0)?.interruptionUsdPerHour).toBe(0);
  });

  it('is unknown, not free, where the price is', () => {
    expect(expectedCost(anOffering({ priceUsdPerHour: undefined }), policy.cost, 0)).toBeUndefined();
  });

  it('expects the load that was measured, and neither none nor a high one where it is not known', () => {
    expect(expectedCpuPercent(steady(45), policy, 0)).toBe(45);
    expect(expectedCpuPercent(unknownSignal('Prometheus is down'), policy, 0)).toBe(30);
    expect(expectedCpuPercent(steady(42), policy, 10_000_000)).toBe(30);
  });

  it('is guessed in steps of 5, so that a flicker of the load gives nothing another price', () => {
    const guesses = [42.4, 42.6, 44.9, 47.4].map((value) => expectedCpuPercent(steady(value), policy, 0));
    expect(guesses).toEqual([40, 45, 45, 45]);
  });
});
