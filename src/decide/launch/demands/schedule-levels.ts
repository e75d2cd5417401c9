import type { Policy } from '../../../policy/policy-schema.ts';
import { firstStartAfter } from '../../text/cron-times.ts';

const MINUTE_MS = 60_000;

/** The highest level that schedules ask for at some time, and which one does. */
export interface ScheduledLevel {
  readonly nodes: number;
  readonly name: string;
}

/**
 * The highest level wanted at any time between now and `aheadMs` later; `undefined` when no schedule wants one. A level is wanted
 * from `leadMinutes` before each start until its duration is over, in the schedule's own time zone; it is a level, not an event,
 * so a start during an outage is not missed.
 */
export function scheduledLevel(
  schedules: Policy['schedules'],
  nowMs: number,
  aheadMs = 0,
): ScheduledLevel | undefined {
  let highest: ScheduledLevel | undefined;
  for (const schedule of schedules) {
    if (schedule.minNodes <= (highest?.nodes ?? 0)) continue;
    const startMs = firstStartAfter(schedule, nowMs - schedule.durationMinutes * MINUTE_MS);
    if (startMs === undefined || startMs - schedule.leadMinutes * MINUTE_MS > nowMs + aheadMs) continue;
    highest = { nodes: schedule.minNodes, name: schedule.name };
  }
  return highest;
}

/** When the next level begins to be wanted. */
export function nextLevelAtMs(schedules: Policy['schedules'], nowMs: number): number | undefined {
  const starts = schedules.map((schedule) => {
    const leadMs = schedule.leadMinutes * MINUTE_MS;
    const startMs = firstStartAfter(schedule, nowMs + leadMs);
    return startMs === undefined ? Number.POSITIVE_INFINITY : startMs - leadMs;
  });
  const first = Math.min(...starts);
  return Number.isFinite(first) ? first : undefined;
}
