import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../../src/decide/decide.ts';
import { nextLevelAtMs, scheduledLevel } from '../../../../src/decide/launch/demands/schedule-levels.ts';
import { aNode } from '../../../builders/fleet.ts';
import { aPolicy } from '../../../builders/policy.ts';
import { aSnapshot } from '../../../builders/snapshot.ts';

const office = {
  name: 'office',
  start: '0 9 * * 1-5',
  durationMinutes: 60,
  timeZone: 'Asia/Dhaka',
  leadMinutes: 10,
  minNodes: 5,
};
const policy = aPolicy({ schedules: [office] });
const { schedules } = policy.policy;
/** Asia/Dhaka is six hours ahead of UTC; 2026-11-24 is a Tuesday. */
const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const two = aSnapshot({ nodes: [aNode({ name: 'i-1' }), aNode({ name: 'i-2', zone: 'ap-southeast-1b' })] });

describe('a schedule', () => {
  it('wants its level from its lead before the start to its end, in its own time zone', () => {
    expect(scheduledLevel(schedules, at('02:49:59'))).toBeUndefined();
    expect(scheduledLevel(schedules, at('02:50:00'))).toEqual({ nodes: 5, name: 'office' });
    expect(scheduledLevel(schedules, at('03:59:59'))?.nodes).toBe(5);
    expect(scheduledLevel(schedules, at('04:00:00'))).toBeUndefined();
  });

  it('is seen an hour ahead by those who would remove nodes', () => {
    expect(scheduledLevel(schedules, at('02:00:00'), 3_600_000)?.nodes).toBe(5);
    expect(scheduledLevel(schedules, at('01:00:00'), 3_600_000)).toBeUndefined();
  });

  it('keeps to local time across a change of daylight saving', () => {
    const berlin = aPolicy({
      schedules: [{ ...office, timeZone: 'Europe/Berlin', start: '0 9 * * *', leadMinutes: 0 }],
    });
    const levels = berlin.policy.schedules;
    expect(scheduledLevel(levels, Date.parse('2026-10-24T07:00:00Z'))?.nodes).toBe(5);
    expect(scheduledLevel(levels, Date.parse('2026-10-25T07:30:00Z'))).toBeUndefined();
    expect(scheduledLevel(levels, Date.parse('2026-10-25T08:00:00Z'))?.nodes).toBe(5);
  });

  it('wakes the loop when its level begins', () => {
    expect(nextLevelAtMs(schedules, at('02:00:00'))).toBe(at('02:50:00'));
    expect(decide(policy, two, at('02:00:00')).wakeAtMs).toBe(at('02:50:00'));
  });

  it('launches up to its level, never above the maximum', () => {
    const plan = decide(policy, two, at('03:10:00'));
    expect(plan.actions.filter((action) => action.kind === 'launch')).toHaveLength(3);
    expect(plan.actions[0]?.reasons[0]?.text).toBe('2 workers, schedule office wants 5');
    const capped = aPolicy({ schedules: [office], nodes: { max: 3 } });
    expect(decide(capped, two, at('03:10:00')).actions).toHaveLength(1);
  });
});
