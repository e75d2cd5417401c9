import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import type { OfferingKey } from '../../../src/model/offering.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { selectorOf } from '../../../src/model/selector.ts';
import { aLaunch, aNode, anInstance, anOffering } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';

const NOW = 10_000_000;
const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';

function launches(plan: Plan) {
  return plan.actions.filter((action) => action.kind === 'launch');
}

function refusalCodes(plan: Plan) {
  return plan.refusals.map((refusal) => refusal.reason.code);
}

const twoWorkers = [aNode({ name: 'i-1', zone: A }), aNode({ name: 'i-2', zone: B })];

describe('the floor', () => {
  it('launches the missing nodes at once below the minimum, one in each zone, on-demand first', () => {
    const plan = decide(aPolicy(), aSnapshot(), NOW);
    expect(launches(plan)).toHaveLength(2);
    expect(launches(plan).map((launch) => launch.offerings[0])).toEqual([
      `t3a.small/${A}/on-demand`,
      `t3a.small/${B}/on-demand`,
    ]);
    expect(launches(plan)[0]?.reasons[0]?.text).toBe('0 workers, the minimum is 2');
    expect(launches(plan)[0]?.startsCooldown).toBe(false);
    expect(plan).toMatchObject({ currentNodes: 0, desiredNodes: 2 });
  });

  it('does not launch again for what is in flight', () => {
    const operations = [aLaunch({ id: 'a' }), aLaunch({ id: 'b', offerings: [`t3.small/${B}/on-demand`] })];
    const plan = decide(aPolicy(), aSnapshot({ operations }), NOW);
    expect(plan.actions).toEqual([]);
    expect(plan.currentNodes).toBe(2);
  });

  it('counts a launched instance once, whether EC2 or the cluster shows it or not yet', () => {
    const operation = aLaunch({ id: 'a', step: 'launched', instanceId: 'i-9', launchedAtMs: NOW - 5_000 });
    const policy = aPolicy({ nodes: { min: 1 } });
    const instance = anInstance({ id: 'i-9', operationId: 'a', state: 'pending' });
    const node = aNode({ name: 'i-9', isReady: false });
    const views = [
      aSnapshot({ operations: [operation] }),
      aSnapshot({ operations: [operation], instances: { status: 'known', value: [instance] } }),
      aSnapshot({
        operations: [operation],
        nodes: [node],
        instances: { status: 'known', value: [instance] },
      }),
      aSnapshot({ operations: [operation], nodes: [node], instances: { status: 'known', value: [] } }),
      aSnapshot({ operations: [operation], instances: { status: 'unknown', why: 'timeout' } }),
    ];
    for (const view of views) expect(decide(policy, view, NOW).currentNodes).toBe(1);
  });

  it('replaces a worker whose instance a person terminated', () => {
    const nodes = [twoWorkers[0]!, aNode({ name: 'i-2', zone: B, isReady: false })];
    const instances = { status: 'known' as const, value: [anInstance({ id: 'i-1' })] };
    expect(launches(decide(aPolicy(), aSnapshot({ nodes, instances }), NOW))).toHaveLength(1);
  });

  it('repairs no faster than the guard allows, and says so', () => {
    const operations = ['a', 'b'].map((id) =>
      aLaunch({ id, step: 'failed', createdAtMs: NOW - 60_000, endedAtMs: NOW - 30_000 }),
    );
    const plan = decide(aPolicy(), aSnapshot({ operations }), NOW);
    expect(launches(plan)).toEqual([]);
    expect(refusalCodes(plan)).toContain('launch-rate');
    expect(plan.wakeAtMs).toBe(NOW + 60_000);
  });

  it('fills a zone that has no worker while the fleet is large enough', () => {
    const nodes = [aNode({ name: 'i-1', zone: A }), aNode({ name: 'i-2', zone: A })];
    const [launch, ...more] = launches(decide(aPolicy(), aSnapshot({ nodes }), NOW));
    expect(more).toEqual([]);
    expect(launch?.reasons[0]?.code).toBe('zone-below-minimum');
    expect(launch?.offerings.every((key) => key.includes(B))).toBe(true);
  });
});

describe('a zone in which nothing can be bought', () => {
  const inA = ['i-1', 'i-2', 'i-3'].map((name) => aNode({ name, zone: A }));
  const offeringsOfB: readonly OfferingKey[] = [
    `t3.small/${B}/on-demand`,
    `t3a.small/${B}/on-demand`,
    `t3.small/${B}/spot`,
    `t3a.small/${B}/spot`,
  ];
  const fault = { class: 'capacity', code: 'InsufficientInstanceCapacity', message: 'none' } as const;
  const unavailable = [
    aLaunch({
      id: 'lost',
      step: 'failed',
      offerings: offeringsOfB,
      endedAtMs: NOW - 30_000,
      faults: [{ ...fault, offerings: offeringsOfB, atMs: NOW - 30_000 }],
    }),
  ];

  it('is left for later: the rule of one node a zone asks for nothing and holds nothing back (F69)', () => {
    const nodes = [...inA, aNode({ name: 'i-4', zone: A })];
    const low = aUtilization({ cpuPercent: steady(5), memoryPercent: steady(5) });
    const plan = decide(aPolicy(), aSnapshot({ nodes, operations: unavailable, utilization: low }), NOW);
    expect(launches(plan)).toEqual([]);
    expect(refusalCodes(plan)).toEqual(['policy-not-restored']);
    expect(plan.deviations).toMatchObject([{ code: 'zone-below-minimum' }]);
    expect(plan.kept.map(({ reason }) => reason.code)).not.toContain('growth-wanted');
  });

  it('leaves the minimum to the other zones', () => {
    const plan = decide(
      aPolicy({ nodes: { min: 4 } }),
      aSnapshot({ nodes: inA, operations: unavailable }),
      NOW,
    );
    expect(launches(plan)).toHaveLength(1);
    expect(launches(plan)[0]?.offerings.every((key) => key.includes(A))).toBe(true);
  });

  it('gets its node once its offerings rest no more', () => {
    const plan = decide(aPolicy(), aSnapshot({ nodes: inA, operations: unavailable }), NOW + 600_000);
    expect(launches(plan).map(({ reasons }) => reasons[0]?.code)).toEqual(['zone-below-minimum']);
  });
});

describe('pending pods', () => {
  it('launches as many nodes as the pods need and nominates the pods to them', () => {
    const pods = Array.from({ length: 3 }, (_, i) =>
      aPendingPod({ name: `p${i}`, cpu: 1000, sinceMs: NOW - 5_000 }),
    );
    const full = twoWorkers.map((node) => aPod({ nodeName: node.name, cpu: 1800 }));
    const plan = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, pods: [...pods, ...full] }), NOW);
    expect(launches(plan).map((launch) => launch.nominatedPods)).toEqual([
      ['default/p0'],
      ['default/p1'],
      ['default/p2'],
    ]);
    expect(launches(plan)[0]?.reasons[0]?.text).toContain('3 pending pods fit no present node');
  });

  it('waits until the batch closes and says when to look again', () => {
    const pods = [
      aPendingPod({ cpu: 1900, sinceMs: NOW - 100 }),
      aPod({ nodeName: 'i-1' }),
      aPod({ nodeName: 'i-2' }),
    ];
    const plan = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, pods }), NOW);
    expect(launches(plan)).toEqual([]);
    expect(plan.wakeAtMs).toBe(NOW + 150);
  });

  it('closes the batch at the latest a second after its oldest pod', () => {
    const old = aPendingPod({ cpu: 1900, sinceMs: NOW - 1_000 });
    const fresh = aPendingPod({ cpu: 1900, sinceMs: NOW });
    const busy = twoWorkers.map((node) => aPod({ nodeName: node.name }));
    const plan = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, pods: [old, fresh, ...busy] }), NOW);
    expect(launches(plan)).toHaveLength(2);
  });

  it('buys nothing for pods that fit on free room, on a booting node, or on what they are nominated to', () => {
    const free = aPendingPod({ name: 'free', sinceMs: 0 });
    expect(decide(aPolicy(), aSnapshot({ nodes: twoWorkers, pods: [free] }), NOW).actions).toEqual([]);

    const pods = [
      aPendingPod({ name: 'big', cpu: 1900, sinceMs: 0 }),
      aPod({ nodeName: 'i-1' }),
      aPod({ nodeName: 'i-2' }),
    ];
    const operations = [aLaunch({ nominatedPods: ['default/big'] })];
    expect(decide(aPolicy(), aSnapshot({ nodes: twoWorkers, pods, operations }), NOW).actions).toEqual([]);
  });

  it.each([
    ['smartscale.dev/startup', true],
    ['node.kubernetes.io/not-ready', true],
    ['dedicated', false],
  ])('sees room on a node that has just become ready and still shows the taint %s: %s', (key, hasRoom) => {
    const fresh = aNode({
      name: 'i-3',
      zone: A,
      createdAtMs: NOW - 2_000,
      taints: [{ key, value: '', effect: 'NoSchedule' }],
    });
    const launch = aLaunch({ id: 'a', step: 'ready', instanceId: 'i-3', endedAtMs: NOW - 100 });
    const full = twoWorkers.map((node) => aPod({ nodeName: node.name, cpu: 1_900, memory: 1_300 }));
    const pods = [...full, aPendingPod({ sinceMs: NOW - 2_000, cpu: 900 })];
    const plan = decide(
      aPolicy(),
      aSnapshot({ nodes: [...twoWorkers, fresh], pods, operations: [launch] }),
      NOW,
    );
    expect(launches(plan)).toHaveLength(hasRoom ? 0 : 1);
  });

  it('takes a machine that somebody started by hand for no room and no worker, since nobody admits its node', () => {
    const taints = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
    const nodes = [...twoWorkers, aNode({ name: 'i-3', taints })];
    const ours = (id: string) => anInstance({ id, operationId: `launch-of-${id}` });
    const value = [ours('i-1'), ours('i-2'), anInstance({ id: 'i-3' }), anInstance({ id: 'i-4' })];
    const full = twoWorkers.map((node) => aPod({ nodeName: node.name, cpu: 1_900, memory: 1_300 }));
    const pods = [...full, aPendingPod({ sinceMs: NOW - 2_000, cpu: 900 })];
    const plan = decide(aPolicy(), aSnapshot({ nodes, pods, instances: { status: 'known', value } }), NOW);
    expect(launches(plan)).toHaveLength(1);
    expect(plan.currentNodes).toBe(2);
    expect(plan.kept.find(({ nodeName }) => nodeName === 'i-3')?.reason.text).toContain(
      'startup taint stays',
    );
  });

  it('refuses a pod that no offering could ever hold, with the nearest and what it lacks', () => {
    const pods = [aPendingPod({ name: 'huge', memory: 8192, sinceMs: 0 })];
    const plan = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, pods }), NOW);
    expect(plan.actions).toEqual([]);
    const refusal = plan.refusals.find((r) => r.subject === 'default/huge');
    expect(refusal?.reason.code).toBe('pod-never-fits');
    expect(refusal?.reason.text).toContain('lacks 6792 MiB memory');
  });

  it('buys in the zone that the volume of the pod lies in', () => {
    const busy = twoWorkers.map((node) => aPod({ nodeName: node.name, cpu: 1900 }));
    const pods = [
      aPendingPod({ volumeNodes: [[selectorOf({ 'topology.kubernetes.io/zone': B })]], sinceMs: 0 }),
      ...busy,
    ];
    const [launch] = launches(decide(aPolicy(), aSnapshot({ nodes: twoWorkers, pods }), NOW));
    expect(launch?.offerings.every((key) => key.includes(B))).toBe(true);
  });

  it('ignores pods that pull images, belong to a DaemonSet or are being deleted', () => {
    const pods = [
      aPod({ cpu: 1900, nodeName: undefined }),
      aPendingPod({ cpu: 1900, owner: { kind: 'DaemonSet', name: 'd', uid: 'd', replicas: undefined } }),
      aPendingPod({ cpu: 1900, deletionRequestedAtMs: 1 }),
    ];
    const busy = twoWorkers.map((node) => aPod({ nodeName: node.name }));
    const plan = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, pods: [...pods, ...busy] }), NOW);
    expect(plan.actions).toEqual([]);
  });

  it('launches at most so many nodes in one decision, and says what is left', () => {
    const pods = Array.from({ length: 5 }, () => aPendingPod({ cpu: 1900, sinceMs: 0 }));
    const busy = twoWorkers.map((node) => aPod({ nodeName: node.name }));
    const policy = aPolicy({ pending: { maxNodesPerDecision: 3 } });
    const plan = decide(policy, aSnapshot({ nodes: twoWorkers, pods: [...pods, ...busy] }), NOW);
    expect(launches(plan)).toHaveLength(3);
    expect(refusalCodes(plan)).toContain('max-nodes-per-decision');
  });
});

describe('the bounds', () => {
  it('launch nothing at the maximum and advise', () => {
    const nodes = Array.from({ length: 10 }, (_, i) => aNode({ name: `i-${i}`, zone: i % 2 === 0 ? A : B }));
    const pods = [
      aPendingPod({ cpu: 1900, sinceMs: 0 }),
      ...nodes.map((node) => aPod({ nodeName: node.name })),
    ];
    const plan = decide(aPolicy(), aSnapshot({ nodes, pods }), NOW);
    expect(launches(plan)).toEqual([]);
    const refusal = plan.refusals.find((r) => r.reason.code === 'at-maximum');
    expect(refusal?.reason.text).toContain('at maximum capacity: 10 of 10');
    expect(refusal?.reason.text).toContain('raise nodes.max');
  });

  it('count an instance that is being terminated after a failed launch', () => {
    const operations = [aLaunch({ id: 'a', step: 'undoing', instanceId: 'i-9' })];
    const instances = { status: 'known' as const, value: [anInstance({ id: 'i-9', operationId: 'a' })] };
    const policy = aPolicy({ nodes: { min: 1, max: 1 } });
    const plan = decide(policy, aSnapshot({ operations, instances }), NOW);
    expect(plan.currentNodes).toBe(0);
    expect(launches(plan)).toEqual([]);
    expect(refusalCodes(plan)).toContain('at-maximum');
  });

  it('change nothing while suspended, and say what would have been done', () => {
    const plan = decide(aPolicy({ suspend: true }), aSnapshot(), NOW);
    expect(plan.actions).toEqual([]);
    expect(plan.refusals.map((r) => r.reason.code)).toEqual(['suspended', 'suspended']);
    expect(plan.refusals[0]?.reason.text).toContain('the minimum is 2');
  });
});

describe('the choice of offering', () => {
  it('buys spot with an on-demand fallback once the on-demand base is met', () => {
    const nodes = [1, 2, 3].map((i) => aNode({ name: `i-${i}`, zone: i === 2 ? B : A }));
    const pods = [
      aPendingPod({ cpu: 1900, sinceMs: 0 }),
      ...nodes.map((node) => aPod({ nodeName: node.name })),
    ];
    const [launch] = launches(decide(aPolicy(), aSnapshot({ nodes, pods }), NOW));
    expect(launch?.offerings.slice(0, 4)).toEqual([
      `t3.small/${B}/spot`,
      `t3a.small/${B}/spot`,
      `t3.small/${A}/spot`,
      `t3a.small/${A}/spot`,
    ]);
    expect(launch?.offerings.slice(4).every((key) => key.endsWith('on-demand'))).toBe(true);
  });

  it('skips an offering that rests and takes an unknown price last', () => {
    const fault = {
      class: 'capacity',
      code: 'InsufficientInstanceCapacity',
      message: '',
      atMs: NOW - 60_000,
    } as const;
    const operations = [
      aLaunch({
        step: 'failed',
        createdAtMs: 0,
        endedAtMs: NOW - 60_000,
        faults: [{ ...fault, offerings: [`t3a.small/${A}/on-demand`] }],
      }),
    ];
    const offerings = [
      anOffering({ type: 't3a.small', priceUsdPerHour: 0.01 }),
      anOffering({ type: 't3.small', priceUsdPerHour: undefined }),
      anOffering({ type: 't3.medium', priceUsdPerHour: 0.05 }),
    ];
    const policy = aPolicy({ nodes: { min: 1 } });
    const [launch] = launches(decide(policy, aSnapshot({ operations, offerings }), NOW));
    expect(launch?.offerings).toEqual([`t3.medium/${A}/on-demand`, `t3.small/${A}/on-demand`]);
  });

  it('says so and when to try again while every offering rests', () => {
    const atMs = NOW - 60_000;
    const faults = [{ class: 'capacity' as const, code: 'c', message: '', offerings: [], atMs }];
    const operations = [
      aLaunch({ step: 'failed', endedAtMs: atMs, faults, offerings: [`t3.small/${A}/on-demand`] }),
    ];
    const snapshot = aSnapshot({ operations, offerings: [anOffering()] });
    const plan = decide(aPolicy(), snapshot, NOW);
    expect(launches(plan)).toEqual([]);
    expect(refusalCodes(plan)).toContain('no-offering');
    expect(plan.wakeAtMs).toBe(NOW + 120_000);
  });
});

describe('growth by load', () => {
  const high = (percent: number) => aUtilization({ cpuPercent: steady(percent, { untilMs: NOW }) });

  it('adds one node above 70 % for three minutes, two above 85 %', () => {
    const one = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, utilization: high(78) }), NOW);
    expect(launches(one)).toHaveLength(1);
    expect(launches(one)[0]).toMatchObject({ startsCooldown: true });
    expect(launches(one)[0]?.reasons[0]?.text).toBe('CPU 78 %, above 70 % for 3 min');
    const two = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, utilization: high(90) }), NOW);
    expect(launches(two)).toHaveLength(2);
  });

  it('does nothing at exactly 70 %', () => {
    expect(decide(aPolicy(), aSnapshot({ nodes: twoWorkers, utilization: high(70) }), NOW).actions).toEqual(
      [],
    );
  });

  it('waits out the cooldown after growth, and says so', () => {
    const operations = [aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 180_000 })];
    const plan = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, utilization: high(90), operations }), NOW);
    expect(plan.actions).toEqual([]);
    expect(refusalCodes(plan)).toContain('suppressed-by-cooldown');
    expect(plan.wakeAtMs).toBe(NOW + 120_000);
  });

  it('waits out the cooldown, under whichever policy the growth was: no commit sets it back (F81)', () => {
    const policy = { digest: 'sha256:before', revision: 'main@sha1:before' };
    const operations = [aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 180_000, policy })];
    const plan = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, utilization: high(90), operations }), NOW);
    expect(plan.policy.digest).not.toBe(policy.digest);
    expect(refusalCodes(plan)).toContain('suppressed-by-cooldown');
  });

  it('counts a node that boots as the step already made', () => {
    const operations = [aLaunch({ id: 'a', startsCooldown: true })];
    const plan = decide(aPolicy(), aSnapshot({ nodes: twoWorkers, utilization: high(78), operations }), NOW);
    expect(plan.actions).toEqual([]);
  });
});
