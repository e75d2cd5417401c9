import type { Demand } from '../../../model/plan.ts';
import type { Reason } from '../../../model/reason.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import { earliest } from '../../text/earliest-time.ts';
import { repairAllowance } from '../bounds.ts';
import type { DemandContext, DemandSource } from './demand-source.ts';
import { nextLevelAtMs, scheduledLevel } from './schedule-levels.ts';

/** A node that a schedule wants back within an hour is not removed before it. */
const LOOK_AHEAD_MS = 3_600_000;

export interface Floor {
  readonly demand: Demand;
  /** Workers below which the fleet is repaired. */
  readonly nodes: number;
  /** Workers below which it does not shrink: the floor, or a level that begins within the hour. */
  readonly shrinkFloor: number;
  readonly shrinkReason: Reason;
  readonly wakeAtMs: number | undefined;
}

/** Repair up to the floor waits for no cooldown but obeys the launch-rate guard (R9, R21). */
export const floorDemand: DemandSource = {
  name: 'floor',
  evaluate: ({ situation: context, usable, mix }: DemandContext) => {
    const floor = floorOf(context);
    const { demand } = floor;
    const keepsAtLeast = { nodes: floor.shrinkFloor, reason: floor.shrinkReason };
    const missing = Math.max(0, floor.nodes - mix.total);
    if (missing === 0) return { demand, requests: [], keepsAtLeast, wakeAtMs: floor.wakeAtMs };
    const allowance = repairAllowance(context, floor.nodes);
    const count = Math.min(missing, allowance.launches);
    const isHeldBack = missing > allowance.launches;
    return {
      demand,
      requests: [{ count, offerings: usable, reasons: demand.reasons, startsCooldown: false }],
      keepsAtLeast,
      isWanted: isHeldBack,
      refusals: isHeldBack ? [allowance.refusal] : [],
      wakeAtMs: earliest(floor.wakeAtMs, isHeldBack ? allowance.wakeAtMs : undefined),
    };
  },
};

/** The least the fleet should have now: the minimum, or a schedule's level, never above the maximum. */
export function floorOf(context: DecisionContext): Floor {
  const { policy, nowMs, fleet } = context;
  const { min, max } = policy.nodes;
  const level = scheduledLevel(policy.schedules, nowMs);
  const ahead = scheduledLevel(policy.schedules, nowMs, LOOK_AHEAD_MS);
  const nodes = Math.min(max, Math.max(min, level?.nodes ?? 0));
  const shrinkFloor = Math.min(max, Math.max(nodes, ahead?.nodes ?? 0));
  const have = fleet.workers.length;
  const isByLevel = level !== undefined && level.nodes > min;
  const source = isByLevel ? `schedule ${level.name} wants` : 'the minimum is';
  const code = have >= nodes ? 'floor-met' : isByLevel ? 'below-schedule' : 'below-minimum';
  const text = `${have} workers, ${source} ${nodes}`;
  return {
    demand: { name: 'floor', nodes, reasons: [{ code, text, facts: { workers: have, floor: nodes } }] },
    nodes,
    shrinkFloor,
    shrinkReason: shrinkReasonOf({ have, nodes, shrinkFloor, source, aheadName: ahead?.name ?? '' }),
    wakeAtMs: policy.schedules.length === 0 ? undefined : nextLevelAtMs(policy.schedules, nowMs),
  };
}

function shrinkReasonOf(parts: {
  readonly have: number;
  readonly nodes: number;
  readonly shrinkFloor: number;
  readonly source: string;
  readonly aheadName: string;
}): Reason {
  const { have, nodes, shrinkFloor, source, aheadName } = parts;
  const facts = { workers: have, floor: shrinkFloor };
  if (shrinkFloor > nodes) {
    const text = `${have} workers, and schedule ${aheadName} wants ${shrinkFloor} within the next hour`;
    return { code: 'scheduled-soon', text, facts };
  }
  return { code: 'at-minimum', text: `${have} workers, ${source} ${nodes}`, facts };
}
