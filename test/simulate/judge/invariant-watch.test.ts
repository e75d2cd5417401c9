import { describe, expect, it } from '@jest/globals';
import { EventLog } from '../../../src/simulate/base/event-log.ts';
import { InvariantWatch } from '../../../src/simulate/judge/invariant-watch.ts';
import type { ObservedWorld } from '../../../src/simulate/judge/observed-world.ts';
import { anInstance } from '../../builders/fleet.ts';
import { anObservedWorld } from '../../builders/observed-world.ts';

const MINUTE_MS = 60_000;

/** A world in which an instance of ours is nobody's, and the minutes at which the watch has something to say of it. */
function watched(isTroubled: (minute: number) => boolean = () => false) {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs };
  const watch = new InvariantWatch({ seed: 7, log: new EventLog(clock), clock });
  const observed = (minute: number): ObservedWorld =>
    anObservedWorld({
      nowMs,
      isFaulty: isTroubled(minute),
      cluster: { nodes: [] },
      instances: [anInstance({ operationId: 'op-1' })],
    });
  for (let minute = 0; minute <= 10; minute += 1) {
    nowMs = minute * MINUTE_MS;
    watch.check(observed(minute));
  }
  return watch.violations;
}

describe('InvariantWatch', () => {
  it('takes what may last for a while for broken once it has lasted for longer, and tells it once', () => {
    expect(watched()).toMatchObject([{ seed: 7, invariant: 3, atMs: 4 * MINUTE_MS }]);
  });

  it('counts anew after a time in which nothing was wrong', () => {
    expect(watched((minute) => minute === 3)).toMatchObject([{ atMs: 8 * MINUTE_MS }]);
    expect(watched((minute) => minute % 4 === 0)).toEqual([]);
  });
});
