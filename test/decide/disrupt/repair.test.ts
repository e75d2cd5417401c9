import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { anInterruption } from '../../builders/interruption.ts';
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

  it('wait for a removal of theirs that is being turned back', () => {
    const removal = aRemoval({ nodeName: 'i-2', instanceId: 'i-2', step: 'aborting' });
    expect(repairsOf({ ...fleetWith(['i-2']), operations: [removal] })).toEqual([]);
  });
});

describe('a machine that a person started with the tag of the cluster', () => {
  const HELD = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
  /** Four workers and one such machine, whose node has been silent since then. */
  const withByHand = (sinceMs: number, dead: readonly string[] = []): Snapshot => {
    const ours = fleetWith(dead);
    const node = aNode({ name: 'i-9', isReady: false, readyChangedAtMs: sinceMs, taints: HELD });
    const listed = ours.instances.status === 'known' ? ours.instances.value : [];
    const instances = { status: 'known' as const, value: [...listed, anInstance({ id: 'i-9' })] };
    return { ...ours, nodes: [...ours.nodes, node], instances };
  };

  it.each([NOW, NOW - 5_000, LONG_AGO, 0])(
    'is not terminated though its node is not ready since %d (F46)',
    (at) => {
      const { actions } = decide(aPolicy(), withByHand(at), NOW);
      expect(actions.filter(({ kind }) => kind !== 'launch')).toEqual([]);
    },
  );

  it('neither counts as an unready worker nor holds up the repair of one', () => {
    expect(repairsOf(withByHand(LONG_AGO, ['i-2']))).toMatchObject([{ nodeName: 'i-2' }]);
    const plan = decide(aPolicy(), withByHand(LONG_AGO), NOW);
    expect(plan.refusals.map(({ reason }) => reason.code)).not.toContain('too-many-unready');
    expect(plan.kept.find(({ nodeName }) => nodeName === 'i-9')?.reason).toMatchObject({
      code: 'not-counted',
      text: expect.stringContaining('startup taint stays'),
    });
  });
});

describe('a node that is about to go anyway', () => {
  it('is drained within the notice of a spot warning and not ended as dead beside it, though it is not ready', () => {
    for (const sinceMs of [NOW - 20_000, LONG_AGO]) {
      const snapshot = {
        ...fleetWith(['i-2'], sinceMs),
        interruptions: [anInterruption({ instanceId: 'i-2', atMs: NOW })],
      };
      const removals = decide(aPolicy(), snapshot, NOW).actions.filter(({ kind }) => kind === 'remove');
      expect(removals).toMatchObject([{ nodeName: 'i-2', interruption: 'spot-warning' }]);
    }
  });

  it.each([
    ['is being undone', aLaunch({ step: 'undoing', instanceId: 'i-2' })],
    ['failed a moment ago', aLaunch({ step: 'failed', instanceId: 'i-2', endedAtMs: NOW - 1_000 })],
  ])('is left to its launch, which %s', (_, launch) => {
    expect(repairsOf({ ...fleetWith(['i-2'], NOW - 5_000), operations: [launch] })).toEqual([]);
    expect(repairsOf({ ...fleetWith(['i-2']), operations: [launch] })).toEqual([]);
  });

  it('holds up no repair of another', () => {
    const launch = aLaunch({ step: 'undoing', instanceId: 'i-2' });
    const snapshot = fleetWith(['i-3']);
    const nodes = snapshot.nodes.map((node) =>
      node.name === 'i-2' ? { ...node, isReady: false, readyChangedAtMs: 1 } : node,
    );
    const since = NOW - 1_800_000;
    const silent = nodes.map((node) => (node.name === 'i-3' ? { ...node, readyChangedAtMs: since } : node));
    expect(repairsOf({ ...snapshot, nodes: silent, operations: [launch] })).toMatchObject([
      { nodeName: 'i-3' },
    ]);
  });
});
