import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import { joinTimesOf } from '../../../src/decide/state/join-times.ts';
import type { OfferingKey } from '../../../src/model/offering.ts';
import type { LaunchOperation } from '../../../src/model/operation.ts';
import { aLaunch } from '../../builders/fleet.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const { policy } = aPolicy();
const SMALL: OfferingKey = 't3.small/ap-southeast-1a/spot';
const OTHER: OfferingKey = 't3a.small/ap-southeast-1a/spot';

/** Launches that joined after so many seconds, one a minute. */
function joined(
  seconds: readonly number[],
  parts: Partial<LaunchOperation> = {},
): readonly LaunchOperation[] {
  return seconds.map((took, i) => {
    const launchedAtMs = i * 60_000;
    const times = { launchedAtMs, endedAtMs: launchedAtMs + took * 1000 };
    return aLaunch({
      id: `j-${i}`,
      step: 'ready',
      instanceId: `i-${i}`,
      offering: SMALL,
      ...times,
      ...parts,
    });
  });
}

function failed(count: number): readonly LaunchOperation[] {
  return Array.from({ length: count }, (_, i) =>
    aLaunch({ id: `f-${i}`, step: 'failed', instanceId: 'i-f', offering: SMALL, endedAtMs: 9e6 + i }),
  );
}

const timeoutS = (operations: readonly LaunchOperation[], offerings: readonly OfferingKey[] = [SMALL]) =>
  joinTimesOf(operations, offerings, policy).timeoutMs / 1000;

describe('how long a machine may take to join', () => {
  it('is what the policy says until five have joined', () => {
    expect(joinTimesOf(joined([60, 60, 60, 60]), [SMALL], policy)).toEqual({
      timeoutMs: 300_000,
      usualMs: undefined,
    });
    expect(timeoutS([])).toBe(300);
  });

  it('is twice what 95 of 100 took, within the bounds of the policy', () => {
    const usual = Array.from({ length: 39 }, () => 70);
    expect(timeoutS(joined([...usual, 200]))).toBe(140);
    expect(timeoutS(joined([20, 20, 20, 20, 20]))).toBe(120);
    expect(timeoutS(joined([200, 200, 200, 200, 200]))).toBe(300);
  });

  it('forgets all but the newest fifty', () => {
    const before = Array.from({ length: 50 }, () => 140);
    const since = Array.from({ length: 50 }, () => 70);
    expect(timeoutS(joined([...before, ...since]))).toBe(140);
  });

  it('doubles with each machine of the type in a row that did not join', () => {
    const usual = joined([70, 70, 70, 70, 70]);
    expect(timeoutS([...usual, ...failed(1)])).toBe(280);
    expect(timeoutS([...usual, ...failed(2)])).toBe(300);
    expect(timeoutS([...usual, ...failed(2)], [OTHER])).toBe(140);
  });

  it('is that of the slowest type that may come, and of all for a type that was hardly seen', () => {
    const both = [...joined([70, 70, 70, 70, 70]), ...joined([90, 90, 90, 90, 90], { offering: OTHER })];
    expect(timeoutS(both, [SMALL, OTHER])).toBe(180);
    expect(timeoutS(both, ['m6a.large/ap-southeast-1a/spot'])).toBe(180);
  });

  it('does not count machines that only had to be started', () => {
    const starts = { instanceId: 'i-1', offering: SMALL };
    expect(timeoutS(joined([20, 20, 20, 20, 20], { starts }))).toBe(300);
  });

  it('leaves the loop an interval to see the node where nothing wakes it', () => {
    const timed = aPolicy({ loop: { eventDriven: false, intervalSeconds: 60 } }).policy;
    expect(joinTimesOf(joined([20, 20, 20, 20, 20]), [SMALL], timed).timeoutMs).toBe(180_000);
  });

  it('goes with the launch', () => {
    const launchOf = (operations: readonly LaunchOperation[]) =>
      decide(aPolicy(), aSnapshot({ operations }), 20_000_000).actions[0];
    expect(launchOf(joined([70, 70, 70, 70, 70]))).toMatchObject({
      joinWithinMs: 140_000,
      deadlineMs: 20_300_000,
    });
    expect(launchOf([])).not.toHaveProperty('joinWithinMs');
  });
});
