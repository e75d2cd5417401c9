import { describe, expect, it } from '@jest/globals';
import { type FleetOptions, fleetOf } from '../../../src/decide/state/fleet.ts';
import { anInstance, aNode } from '../../builders/fleet.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const NOW_MS = 1_000_000_000;
const GRACE_MS = 300_000;

function options(parts: Partial<FleetOptions> = {}): FleetOptions {
  return {
    cancelledRemovals: new Set(),
    unreadyGraceMs: GRACE_MS,
    nowMs: NOW_MS,
    announcedTerminations: new Set(),
    isPoolEnabled: false,
    ...parts,
  };
}

const node = aNode({ name: 'a', instanceId: 'i-a', isReady: false, readyChangedAtMs: NOW_MS });
const snapshot = aSnapshot({
  nodes: [node],
  instances: { status: 'known', value: [anInstance({ id: 'i-a' })] },
  operations: [],
});

describe('the fleet of a snapshot', () => {
  it('is the same object while lists and conditions are the same, whatever the time', () => {
    const first = fleetOf(snapshot, options());
    expect(fleetOf({ ...snapshot }, options({ nowMs: NOW_MS + 1_000 }))).toBe(first);
  });

  it('changes when time alone changes a condition', () => {
    expect(fleetOf(snapshot, options()).workers.map(({ condition }) => condition)).toEqual(['unready']);
    const later = fleetOf(snapshot, options({ nowMs: NOW_MS + GRACE_MS }));
    expect(later.workers).toEqual([]);
    expect(later.uncounted.map(({ condition }) => condition)).toEqual(['dead']);
  });

  it('changes when an end of its machine is announced', () => {
    fleetOf(snapshot, options());
    const doomed = fleetOf(snapshot, options({ announcedTerminations: new Set(['i-a']) }));
    expect(doomed.uncounted.map(({ condition }) => condition)).toEqual(['doomed']);
  });
});
