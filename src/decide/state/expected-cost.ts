import type { Offering } from '../../model/offering.ts';
import type { Signal } from '../../model/signal.ts';
import type { Policy } from '../../policy/policy-schema.ts';

/** Hours of an average month, as AWS turns monthly prices into hourly ones. */
const HOURS_PER_MONTH = 730;
/** How finely the load to come is guessed. */
const STEP_PERCENT = 5;

/** What an hour of an instance is expected to cost, in parts that add up to the total; USD per hour. */
export interface ExpectedCost {
  readonly priceUsdPerHour: number;
  /** CPU above a burstable type's baseline, where credits are unlimited. */
  readonly surplusUsdPerHour: number;
  readonly diskUsdPerHour: number;
  /** Chance of an interruption within the hour times what one costs. */
  readonly interruptionUsdPerHour: number;
  readonly totalUsdPerHour: number;
}

/**
 * The real cost of an offering at the CPU load it will carry; `undefined` when its price is not known.
 *
 * Surplus: `max(0, load − baseline) / 100 × vCPUs × price of a vCPU-hour` (EC2 user guide, unlimited mode). Below the baseline
 * nothing is credited back: credits are spent over 24 hours, and the load is an average.
 */
export function expectedCost(
  offering: Offering,
  cost: Policy['cost'],
  cpuPercent: number,
): ExpectedCost | undefined {
  const { priceUsdPerHour } = offering;
  if (priceUsdPerHour === undefined) return undefined;
  const surplusUsdPerHour = surplusOf(offering, cost, cpuPercent);
  const diskUsdPerHour = diskUsdPerHourOf(cost);
  const chance = offering.lifecycle === 'spot' ? (offering.interruptionsPerHour ?? 0) : 0;
  const interruptionUsdPerHour = chance * cost.interruptionUsd;
  return {
    priceUsdPerHour,
    surplusUsdPerHour,
    diskUsdPerHour,
    interruptionUsdPerHour,
    totalUsdPerHour: priceUsdPerHour + surplusUsdPerHour + diskUsdPerHour + interruptionUsdPerHour,
  };
}

/** What an hour of one machine's disk costs, whether the machine runs or not. */
export function diskUsdPerHourOf(cost: Policy['cost']): number {
  return (cost.diskGiB * cost.diskUsdPerGiBMonth) / HOURS_PER_MONTH;
}

function surplusOf({ burst, lifecycle }: Offering, cost: Policy['cost'], cpuPercent: number): number {
  const mode = lifecycle === 'spot' ? cost.cpuCredits.spot : cost.cpuCredits.onDemand;
  if (burst === undefined || mode === 'standard') return 0;
  const above = Math.max(0, cpuPercent - burst.baselinePercentPerVcpu) / 100;
  return above * burst.vcpus * burst.surplusUsdPerVcpuHour;
}

/**
 * The CPU load that a new worker is expected to carry, 0..100: the mean of what the fleet was measured at within the window.
 * What is not known is neither zero nor high: then it is the threshold below which the fleet would shrink. In steps of 5: it is a guess of what
 * comes, and a finer one would give each round prices of its own, under which everything is packed anew.
 */
export function expectedCpuPercent(cpu: Signal, policy: Policy, nowMs: number): number {
  const fromMs = nowMs - policy.utilization.downWindowSeconds * 1000;
  const samples = cpu.status === 'known' ? cpu.samples.filter((sample) => sample.atMs >= fromMs) : [];
  if (samples.length === 0) return policy.utilization.cpu.downPercent;
  const sum = samples.reduce((total, sample) => total + sample.value, 0);
  return Math.min(100, Math.max(0, Math.round(sum / samples.length / STEP_PERCENT) * STEP_PERCENT));
}
