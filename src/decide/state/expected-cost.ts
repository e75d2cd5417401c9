import { steadySurplusUsdPerHour } from '../../model/cpu-credits.ts';
import { creditModeOf, diskUsdPerHourOf } from '../../model/instance-bill.ts';
import type { Offering } from '../../model/offering.ts';
import type { Signal } from '../../model/signal.ts';
import type { Policy } from '../../policy/policy-schema.ts';

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
 * The parts follow the bill's own model: `src/model/instance-bill.ts`, `src/model/cpu-credits.ts`.
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

function surplusOf({ burst, lifecycle }: Offering, cost: Policy['cost'], cpuPercent: number): number {
  if (burst === undefined) return 0;
  return steadySurplusUsdPerHour(burst, creditModeOf(cost, lifecycle), cpuPercent);
}

/**
 * The CPU load that a new worker is expected to carry, 0..100: the mean of what the fleet was measured at within the window.
 * What is not known is neither zero nor high: then it is the threshold below which the fleet would shrink. In steps of 5: it is a guess of what
 * comes, and a finer one would give each round prices of its own, under which everything is packed anew.
 */
export function expectedCpuPercent(cpu: Signal, policy: Policy, nowMs: number): number {
  const fromMs = nowMs - policy.utilization.downWindowSeconds * 1000;
  let sum = 0;
  let count = 0;
  for (const { atMs, value } of cpu.status === 'known' ? cpu.samples : []) {
    if (atMs < fromMs) continue;
    sum += value;
    count += 1;
  }
  if (count === 0) return policy.utilization.cpu.downPercent;
  return Math.min(100, Math.max(0, Math.round(sum / count / STEP_PERCENT) * STEP_PERCENT));
}
