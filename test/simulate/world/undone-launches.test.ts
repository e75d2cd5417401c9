import { describe, expect, it } from '@jest/globals';
import type { LaunchOperation, RemoveOperation } from '../../../src/model/operation.ts';
import type { ReasonCode } from '../../../src/model/reason-codes.ts';
import { UndoneLaunches } from '../../../src/simulate/world/undone-launches.ts';
import { aLaunch, aRemoval } from '../../builders/fleet.ts';

const MINUTE_MS = 60_000;

/** A launch of `id` at minute 0, as `type`. */
function launched(id: string, parts: Partial<LaunchOperation> = {}, type = 't3.small'): LaunchOperation {
  const offering = `${type}/ap-southeast-1a/spot` as const;
  return aLaunch({ id: `launch-${id}`, instanceId: id, step: 'launched', offering, ...parts });
}

/** The count after the launches at minute 0, and a removal of `instanceId` that begins at `minute` and takes two minutes. */
function undone(
  launches: readonly LaunchOperation[],
  { minute, code = 'low-load', ...parts }: Partial<RemoveOperation> & { minute: number; code?: ReasonCode },
): number {
  const launchesUndone = new UndoneLaunches();
  for (const launch of launches) launchesUndone.note(launch, 0);
  const removal = aRemoval({ id: 'remove-1', instanceId: 'i-1', reasons: [{ code, text: '' }], ...parts });
  launchesUndone.note({ ...removal, step: 'draining' }, minute * MINUTE_MS);
  launchesUndone.note({ ...removal, step: 'removed' }, (minute + 2) * MINUTE_MS);
  return launchesUndone.count;
}

describe('launches undone', () => {
  it('count a removal of equal capacity within 30 minutes, of whichever machine', () => {
    expect(undone([launched('i-1')], { minute: 29 })).toBe(1);
    expect(undone([launched('i-1')], { minute: 31 })).toBe(0);
    const long = aLaunch({
      id: 'other',
      instanceId: 'i-2',
      step: 'ready',
      offering: 't3a.small/b/on-demand',
    });
    expect(undone([launched('i-1', {}, 't3.small'), long], { minute: 10, instanceId: 'i-2' })).toBe(1);
  });

  it('leave out a removal of another size', () => {
    const large = launched('i-2', {}, 't3.large');
    const before = launched('i-1', { forPool: true });
    expect(undone([before, large], { minute: 10 })).toBe(0);
  });

  it('leave out what follows from repair, from AWS or from a replacement', () => {
    expect(undone([launched('i-1')], { minute: 5, isRepair: true })).toBe(0);
    expect(undone([launched('i-1')], { minute: 5, interruption: 'spot-warning' })).toBe(0);
    expect(undone([launched('i-1')], { minute: 5, code: 'replaced' })).toBe(0);
    expect(undone([launched('i-1', { consolidates: ['i-9'] })], { minute: 5 })).toBe(0);
  });

  it('count a launch once, and a removal that was aborted never', () => {
    const count = new UndoneLaunches();
    count.note(launched('i-1'), 0);
    count.note(launched('i-1', { step: 'ready' }), MINUTE_MS);
    count.note(aRemoval({ id: 'a', instanceId: 'i-1', step: 'aborted' }), MINUTE_MS);
    expect(count.count).toBe(0);
    for (const id of ['b', 'c'])
      count.note(aRemoval({ id, instanceId: 'i-1', step: 'removed' }), 2 * MINUTE_MS);
    expect(count.count).toBe(1);
  });
});
