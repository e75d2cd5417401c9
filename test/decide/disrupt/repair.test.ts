import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import { aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot } from '../../builders/snapshot.ts';

const NOW = 100_000_000;
const LONG_AGO = NOW - 600_000;
const names = ['i-1', 'i-2', 'i-3', 'i-4'] as const;

function fleetWith(dead: readonly string[], sinceMs = LONG_AGO) {
  const nodes = names.map((name) =>
    dead.includes(name) ? aNode({ name, isReady: false, readyChangedAtMs: sinceMs }) : aNode({ name }),
  );
  return aSnapshot({ nodes });
}

const repairsOf = (snapshot: ReturnType<typeof aSnapshot>) =>
  decide(aPolicy(), snapshot, NOW).actions.filter(
    (action) => action.kind === 'remove' && action.isRepair === true,
  );

describe('dead nodes', () => {
  it('are replaced once they were not ready for as long as a machine may take to join', () => {
    expect(repairsOf(fleetWith(['i-2']))).toMatchObject([
      { nodeName: 'i-2', instanceId: 'i-2', reasons: [{ code: 'dead-node' }] },
    ]);
    expect(repairsOf(fleetWith(['i-2'], NOW - 200_000))).toEqual([]);
  });

  it('are left alone while several are unready at once: that is no fault of the machines', () => {
    const plan = decide(aPolicy(), fleetWith(['i-1', 'i-2']), NOW);
    expect(plan.actions.filter(({ kind }) => kind === 'remove')).toEqual([]);
    expect(plan.refusals.map(({ reason }) => reason.code)).toContain('too-many-unready');
  });

  it('are replaced, one at a time, though several are unready, once that has lasted longer than any blip', () => {
    const since = (minutes: number) => repairsOf(fleetWith(['i-1', 'i-2'], NOW - minutes * 60_000));
    expect(since(29)).toEqual([]);
    expect(since(30)).toHaveLength(1);
  });

  it('go one at a time', () => {
    const repair = aRemoval({ nodeName: 'i-1', instanceId: 'i-1', step: 'terminating', isRepair: true });
    expect(repairsOf({ ...fleetWith(['i-2']), operations: [repair] })).toEqual([]);
  });

  it('are not terminated again when their machine is gone, nor while EC2 does not answer', () => {
    const gone = names.map((id) => anInstance({ id, state: id === 'i-2' ? 'terminated' : 'running' }));
    expect(repairsOf({ ...fleetWith(['i-2']), instances: { status: 'known', value: gone } })).toEqual([]);
    expect(repairsOf({ ...fleetWith(['i-2']), instances: { status: 'unknown', why: 'away' } })).toEqual([]);
  });
});
