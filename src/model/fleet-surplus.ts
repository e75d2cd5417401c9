import { type CreditMode, steadySurplusUsdPerHour } from './cpu-credits.ts';
import type { OfferingBurst } from './offering.ts';

/** Workers that are alike to the bill of CPU credits. */
export interface CreditGroup {
  readonly count: number;
  readonly vcpus: number;
  /** Present on types that earn CPU credits. */
  readonly burst?: OfferingBurst | undefined;
  readonly creditMode: CreditMode;
}

/**
 * What surplus credits cost a fleet an hour while it uses so many vCPUs for long, each worker its share by size; USD. A worker more
 * brings a baseline of its own, so the same load costs less; the difference is what the worker earns.
 */
export function fleetSurplusUsdPerHour(groups: readonly CreditGroup[], usedVcpus: number): number {
  const vcpus = groups.reduce((sum, group) => sum + group.count * group.vcpus, 0);
  if (vcpus <= 0) return 0;
  const percent = Math.min(100, (100 * usedVcpus) / vcpus);
  return groups.reduce((sum, { count, burst, creditMode }) => {
    return burst === undefined ? sum : sum + count * steadySurplusUsdPerHour(burst, creditMode, percent);
  }, 0);
}
