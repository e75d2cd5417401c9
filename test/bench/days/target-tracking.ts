import type { FleetLook, FleetRule } from './peer-fleet.ts';

/** As an Auto Scaling group's alarms: three minutes above the target grow, fifteen below 90 % of it shrink. */
const GROW_AFTER_MS = 180_000;
const SHRINK_AFTER_MS = 900_000;
const SHRINK_BELOW_SHARE = 0.9;

/** EC2 Auto Scaling's target tracking on mean CPU, on-demand, between the bounds; it knows nothing of pods. */
export function targetTracking(targetPercent: number, bounds: { min: number; max: number }): FleetRule {
  let sizeSinceMs = 0;
  let aboveSinceMs: number | undefined;
  let belowSinceMs: number | undefined;
  let size = bounds.min;
  const lasting = (sinceMs: number | undefined, holds: boolean, nowMs: number) =>
    holds ? (sinceMs ?? nowMs) : undefined;
  const wanted = ({ nowMs, cpuPercent }: FleetLook) => {
    const cpu = cpuPercent ?? targetPercent;
    aboveSinceMs = lasting(aboveSinceMs, cpu > targetPercent, nowMs);
    belowSinceMs = lasting(belowSinceMs, cpu < targetPercent * SHRINK_BELOW_SHARE, nowMs);
    const mayGrow =
      aboveSinceMs !== undefined && nowMs - Math.max(aboveSinceMs, sizeSinceMs) >= GROW_AFTER_MS;
    const mayShrink =
      belowSinceMs !== undefined && nowMs - Math.max(belowSinceMs, sizeSinceMs) >= SHRINK_AFTER_MS;
    if (mayGrow || mayShrink) {
      const exact = Math.min(bounds.max, Math.max(bounds.min, Math.ceil((size * cpu) / targetPercent)));
      if (exact !== size) sizeSinceMs = nowMs;
      size = exact;
    }
    return { least: size, most: size };
  };
  return { wanted, lifecycle: () => 'on-demand' };
}
