import { describe, expect, it } from '@jest/globals';
import type { Plan } from '../../../src/model/plan.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import type { ReportEvent } from '../../../src/ports.ts';
import { type PageChange, PageState } from '../../../src/report/page/page-state.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

function aPlan(parts: Partial<Plan> = {}): Plan {
  return {
    decisionId: 'd-1',
    decidedAtMs: 0,
    policy: { digest: DIGEST, revision: 'main@sha1:4f2a' },
    demands: [{ name: 'floor', nodes: 2, reasons: [{ code: 'floor-met', text: 'at least 2 workers' }] }],
    currentNodes: 2,
    desiredNodes: 2,
    actions: [],
    refusals: [],
    kept: [],
    ...parts,
  };
}

function decision(snapshot: Snapshot, plan: Partial<Plan> = {}): ReportEvent {
  return { kind: 'decision', plan: aPlan(plan), snapshot, durationMs: 1 };
}

function page(...events: ReportEvent[]): PageState {
  const state = new PageState('staging');
  for (const event of events) state.report(event);
  return state;
}

function accepted(digest: string, subject: string): ReportEvent {
  return {
    kind: 'policy-accepted',
    document: {
      text: '',
      origin: 'policy.yaml',
      revision: 'main@sha1:1',
      commit: { author: 'Ada', subject, atMs: 0 },
    },
    identity: { digest, revision: 'main@sha1:1' },
    bounds: { minNodes: 2, maxNodes: 10 },
    atMs: 0,
  };
}

describe('the state of the status page', () => {
  it('says before the first decision that nothing is known, not that it is zero', () => {
    const view = page().view();
    expect(view).toMatchObject({ cpuPercent: null, costUsdPerHour: null, minNodes: null, nodes: [] });
  });

  it('shows a worker with its place, price, load and why it stays', () => {
    const node = aNode({ name: 'i-1', lifecycle: 'spot' });
    const snapshot = aSnapshot({
      nodes: [node],
      instances: {
        status: 'known',
        value: [anInstance({ lifecycle: 'spot', priceUsdPerHour: 0.008, launchedAtMs: 5 })],
      },
      pods: [aPod({ nodeName: 'i-1', cpu: 500 }), aPod({ nodeName: 'i-1', cpu: 250 })],
      utilization: aUtilization({ nodeCpuPercent: { 'i-1': 42 } }),
    });
    const kept = [{ nodeName: 'i-1', reason: { code: 'at-minimum' as const, text: 'at the minimum of 2' } }];
    expect(page(decision(snapshot, { kept })).view().nodes).toEqual([
      {
        id: 'i-1',
        name: 'i-1',
        zone: 'ap-southeast-1a',
        type: 't3.small',
        lifecycle: 'spot',
        state: 'ready',
        priceUsdPerHour: 0.008,
        sinceMs: 5,
        cpuPercent: 42,
        pods: 2,
        requestedCores: 0.75,
        allocatableCores: 1.9,
        why: 'at the minimum of 2',
      },
    ]);
  });

  it('shows the pods of now after any number of rounds that nobody looked at', () => {
    const nodes = [aNode({ name: 'i-1' })];
    const round = (pods: number, decidedAtMs: number) =>
      decision(aSnapshot({ nodes, pods: Array.from({ length: pods }, () => aPod({ nodeName: 'i-1' })) }), {
        decidedAtMs,
      });
    const state = page(round(3, 0));
    expect(state.view().nodes).toMatchObject([{ pods: 3 }]);
    for (let i = 1; i <= 250; i += 1) state.report(round(2, i));
    expect(state.view().nodes).toMatchObject([{ pods: 2 }]);
  });

  it('leaves the control plane out', () => {
    const snapshot = aSnapshot({
      nodes: [aNode({ name: 'server', isControlPlane: true, instanceId: undefined })],
    });
    expect(page(decision(snapshot)).view()).toMatchObject({ nodes: [], readyNodes: 0 });
  });

  it('shows a launch that has no node yet as booting, with what was asked for', () => {
    const reasons = [{ code: 'pending-pods' as const, text: '3 pods wait' }];
    const snapshot = aSnapshot({
      operations: [aLaunch({ reasons, offerings: ['t3.small/ap-southeast-1b/spot'] })],
    });
    expect(page(decision(snapshot)).view().nodes).toMatchObject([
      { name: 'asked for', state: 'booting', zone: 'ap-southeast-1b', lifecycle: 'spot', why: '3 pods wait' },
    ]);
  });

  it('shows a launched instance once, as its node, when the node is there', () => {
    const launch = aLaunch({ step: 'launched', instanceId: 'i-1' });
    const snapshot = aSnapshot({ nodes: [aNode({ name: 'i-1', isReady: false })], operations: [launch] });
    expect(page(decision(snapshot)).view().nodes).toMatchObject([{ name: 'i-1', state: 'not ready' }]);
  });

  it.each([
    ['draining', 'draining'],
    ['terminating', 'terminating'],
  ] as const)('shows a node whose removal is %s as %s, with the reason', (step, state) => {
    const removal = aRemoval({ step, reasons: [{ code: 'low-load', text: 'CPU 12 % for 10 min' }] });
    const snapshot = aSnapshot({ nodes: [aNode({ name: 'i-1' })], operations: [removal] });
    expect(page(decision(snapshot)).view().nodes).toMatchObject([{ state, why: 'CPU 12 % for 10 min' }]);
  });

  it('adds up what instances cost and counts those of unknown price apart', () => {
    const instances = [
      anInstance({ id: 'i-1', priceUsdPerHour: 0.02 }),
      anInstance({ id: 'i-2', priceUsdPerHour: undefined, lifecycle: 'spot' }),
      anInstance({ id: 'i-3', state: 'terminated', priceUsdPerHour: 9 }),
    ];
    const view = page(decision(aSnapshot({ instances: { status: 'known', value: instances } }))).view();
    expect(view).toMatchObject({ costUsdPerHour: 0.02, unpricedInstances: 1, spotNodes: 1 });
  });

  it('says that the cost is unknown when EC2 did not answer', () => {
    const view = page(decision(aSnapshot({ instances: { status: 'unknown', why: 'EC2 timed out' } }))).view();
    expect(view.costUsdPerHour).toBeNull();
  });

  it('plots busy, requested and offered cores', () => {
    const snapshot = aSnapshot({
      nodes: [aNode({ name: 'i-1' }), aNode({ name: 'i-2', isReady: false })],
      pods: [
        aPod({ nodeName: 'i-1', cpu: 500 }),
        aPendingPod({ cpu: 1500 }),
        aPod({ cpu: 100, owner: { kind: 'DaemonSet', name: 'exporter', uid: 'd', replicas: undefined } }),
      ],
      utilization: aUtilization({ cpuPercent: steady(50) }),
    });
    expect(page(decision(snapshot)).history().points).toEqual([
      { atMs: 0, busyCores: 0.95, requestedCores: 2, capacityCores: 1.9, readyNodes: 1, pendingPods: 1 },
    ]);
  });

  it('leaves a gap in the plot while utilization is unknown', () => {
    expect(page(decision(aSnapshot())).history().points[0]?.busyCores).toBeNull();
  });

  it('plots a point every half minute, whatever the number of rounds', () => {
    const rounds = [0, 10_000, 29_999, 30_000, 60_000].map((decidedAtMs) =>
      decision(aSnapshot(), { decidedAtMs }),
    );
    expect(
      page(...rounds)
        .history()
        .points.map((p) => p.atMs),
    ).toEqual([0, 30_000, 60_000]);
  });

  it('folds rounds that decide the same into one line and keeps the first time', () => {
    const rounds = [0, 15_000, 30_000].map((decidedAtMs) => decision(aSnapshot(), { decidedAtMs }));
    expect(page(...rounds).view().decisions).toMatchObject([{ atMs: 0, rounds: 3, headline: 'stay at 2' }]);
  });

  it('keeps each decision that acts, with its reasons and refusals', () => {
    const action = {
      kind: 'launch',
      operationId: 'op-1',
      offerings: [],
      nominatedPods: [],
      reasons: [{ code: 'pending-pods', text: '5 pods wait for room' }],
      startsCooldown: false,
      deadlineMs: 1,
    } as const;
    const refusals = [{ what: 'grow', reason: { code: 'at-maximum', text: 'at the maximum of 3' } }] as const;
    const view = page(
      decision(aSnapshot()),
      decision(aSnapshot(), { actions: [action], refusals, desiredNodes: 3 }),
    ).view();
    expect(view.decisions[0]).toMatchObject({
      headline: 'launch 1 node: 2 → 3',
      reasons: ['5 pods wait for room'],
      refusals: ['at the maximum of 3'],
      policyDigest: DIGEST,
      policyRevision: 'main@sha1:4f2a',
    });
  });

  it('marks launches, removals and policies, and losses that nobody asked for', () => {
    const before = aSnapshot({ nodes: [aNode({ name: 'i-1' }), aNode({ name: 'i-2' })] });
    const after = aSnapshot({ operations: [aRemoval({ step: 'terminating', instanceId: 'i-1' })] });
    const state = page(
      accepted(DIGEST, 'Start'),
      { kind: 'operation', operation: aLaunch({ step: 'launched', instanceId: 'i-2' }), atMs: 1 },
      decision(before, { decidedAtMs: 2 }),
      { kind: 'operation', operation: aRemoval({ step: 'terminating' }), atMs: 3 },
      decision(after, { decidedAtMs: 4 }),
    );
    expect(state.history().marks.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'policy: policy Start',
      'launch: launched i-2 (t3.small/ap-southeast-1a/on-demand)',
      'removal: removed i-1',
      'loss: lost i-2 (t3.small, ap-southeast-1a, on-demand)',
    ]);
  });

  it('marks an instance as lost when its drain was given up before, and not when a removal ends it', () => {
    const before = aSnapshot({ nodes: [aNode({ name: 'i-1' }), aNode({ name: 'i-2' })] });
    const after = aSnapshot({
      operations: [
        aRemoval({ id: 'op-3', step: 'aborted', instanceId: 'i-1' }),
        aRemoval({ id: 'op-4', step: 'aborted', instanceId: 'i-2' }),
        aRemoval({ id: 'op-5', step: 'removed', instanceId: 'i-2' }),
      ],
    });
    const state = page(decision(before), decision(after, { decidedAtMs: 1 }));
    expect(state.history().marks).toEqual([
      { atMs: 1, kind: 'loss', text: 'lost i-1 (t3.small, ap-southeast-1a, on-demand)' },
    ]);
  });

  it('calls a machine that stops into the warm pool warm, and no loss', () => {
    const warm = { id: 'i-1', operationId: 'op-1', isWarm: true as const };
    const known = (state: 'running' | 'stopping') =>
      aSnapshot({
        nodes: [aNode({ isReady: state === 'running' })],
        instances: { status: 'known', value: [anInstance({ ...warm, state })] },
      });
    const state = page(decision(known('running')), decision(known('stopping')));
    expect(state.view().nodes).toMatchObject([{ name: 'i-1', state: 'warm', priceUsdPerHour: 0 }]);
    expect(state.history().marks).toEqual([]);
  });

  it('marks the tidying up after an instance that went by itself as a loss, not as a removal', () => {
    const reasons = [{ code: 'instance-gone' as const, text: 'Instance i-1 of node i-1 is shutting-down' }];
    const state = page({ kind: 'operation', operation: aRemoval({ step: 'terminating', reasons }), atMs: 3 });
    expect(state.history().marks).toEqual([
      { atMs: 3, kind: 'loss', text: 'Instance i-1 of node i-1 is shutting-down' },
    ]);
  });

  it('keeps the last good policy as the one in force when a newer one is refused', () => {
    const rejected: ReportEvent = {
      kind: 'policy-rejected',
      document: { text: '', origin: 'policy.yaml', revision: 'main@sha1:2' },
      faults: ['policy.yaml:3 nodes.max = 1: must be at least nodes.min'],
      inForce: { digest: DIGEST, revision: 'main@sha1:1' },
      atMs: 9,
    };
    const rows = page(accepted(DIGEST, 'Start'), rejected).view().policies;
    expect(rows.map((row) => row.status)).toEqual(['rejected', 'in force']);
    expect(rows[0]?.faults).toEqual(['policy.yaml:3 nodes.max = 1: must be at least nodes.min']);
  });

  it('calls an earlier policy replaced, even after a refused one between', () => {
    const rejected: ReportEvent = {
      kind: 'policy-rejected',
      document: { text: '', origin: 'p', revision: undefined },
      faults: [],
      inForce: undefined,
      atMs: 1,
    };
    const rows = page(accepted(DIGEST, 'One'), rejected, accepted(DIGEST, 'Two')).view().policies;
    expect(rows.map((row) => row.status)).toEqual(['in force', 'rejected', 'replaced']);
  });

  it('tells listeners what the plot gained, and stops when asked', () => {
    const state = page();
    const changes: PageChange[] = [];
    const stop = state.onChange((change) => changes.push(change));
    state.markFault(7, 'Prometheus is away for 10 minutes');
    state.report(decision(aSnapshot(), { decidedAtMs: 8 }));
    stop();
    state.markFault(9, 'unheard');
    expect(changes.map(({ points, marks }) => [points.length, marks.length])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('stays bounded over weeks of rounds', () => {
    const state = page();
    for (let i = 0; i < 5_000; i += 1)
      state.report(decision(aSnapshot(), { decidedAtMs: i * 30_000, currentNodes: i % 7 }));
    expect(state.history().points.length).toBe(2_880);
    expect(state.view().decisions.length).toBe(60);
  });
});
