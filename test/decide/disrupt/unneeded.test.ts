import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/decide/decide.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { Snapshot } from '../../../src/model/snapshot.ts';
import { NO_UNNEEDED_NODES, type UnneededNodes } from '../../../src/model/unneeded-nodes.ts';
import { aLaunch, aNode, aRemoval } from '../../builders/fleet.ts';
import { aPendingPod, aPod } from '../../builders/pod.ts';
import { aPolicy } from '../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../builders/snapshot.ts';

const NOW = 100_000_000;
const MINUTE_MS = 60_000;
const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';

function measured(cpu: number, memory: number, untilMs = NOW) {
  return aUtilization({
    cpuPercent: steady(cpu, { untilMs }),
    memoryPercent: steady(memory, { untilMs }),
  });
}

/** Two on-demand workers in each zone that the rules keep, and a spot one that nothing needs. */
function aWideFleet(parts: Partial<Snapshot> = {}): Snapshot {
  const nodes = [
    aNode({ name: 'i-1', zone: A }),
    aNode({ name: 'i-2', zone: B }),
    aNode({ name: 'i-3', zone: A, lifecycle: 'spot' }),
  ];
  return aSnapshot({ nodes, utilization: measured(20, 30), unneeded: NO_UNNEEDED_NODES, ...parts });
}

function found(parts: Partial<UnneededNodes> = {}): UnneededNodes {
  return { ...NO_UNNEEDED_NODES, atMs: NOW - 15_000, ...parts };
}

const since = (ms: number, more: Partial<UnneededNodes> = {}) =>
  found({ sinceMs: { 'i-3': NOW - ms }, spareSinceMs: NOW - ms, ...more });

const removed = (plan: Plan) =>
  plan.actions.flatMap((action) => (action.kind === 'remove' ? [action.nodeName] : []));
const whyKept = (plan: Plan, name: string) => plan.kept.find(({ nodeName }) => nodeName === name)?.reason;
const decided = (parts: Partial<Snapshot>, policy: Record<string, unknown> = {}) =>
  decide(aPolicy(policy), aWideFleet(parts), NOW);

describe('a node that nothing needs', () => {
  it('is noted when that is first found out, and stays for ten minutes from then', () => {
    const plan = decided({});
    expect(removed(plan)).toEqual([]);
    expect(plan.unneeded).toMatchObject({ sinceMs: { 'i-3': NOW }, spareSinceMs: NOW });
    expect(whyKept(plan, 'i-3')).toMatchObject({ code: 'needed-lately' });
    expect(plan.wakeAtMs).toBe(NOW + 10 * MINUTE_MS);
  });

  it('goes once it was unneeded in every round of ten minutes', () => {
    expect(removed(decided({ unneeded: since(10 * MINUTE_MS - 1) }))).toEqual([]);
    const plan = decided({ unneeded: since(10 * MINUTE_MS) });
    expect(removed(plan)).toEqual(['i-3']);
    expect(plan.actions[0]?.reasons[0]?.facts).toMatchObject({ unneededSinceMs: NOW - 10 * MINUTE_MS });
  });

  it('waits as long as the policy says', () => {
    const shrink = { unneededSeconds: 60 };
    expect(removed(decided({ unneeded: since(MINUTE_MS) }, { shrink }))).toEqual(['i-3']);
    expect(removed(decided({}, { shrink: { unneededSeconds: 0 } }))).toEqual(['i-3']);
  });

  it('begins anew after a time in which no round looked, and when a clock was set back', () => {
    for (const atMs of [NOW - 5 * MINUTE_MS, NOW + MINUTE_MS]) {
      const plan = decided({ unneeded: { ...since(30 * MINUTE_MS), atMs } });
      expect(removed(plan)).toEqual([]);
      expect(plan.unneeded?.sinceMs).toEqual({ 'i-3': NOW });
    }
  });

  it('begins anew after a pod waited for room that a node has or brings', () => {
    const pods = [aPendingPod({ sinceMs: NOW })];
    expect(decided({ pods, unneeded: since(9 * MINUTE_MS) }).unneeded).toMatchObject({ sinceMs: {} });
  });

  it('begins anew once its pods fit nowhere else for a moment', () => {
    const owner = { kind: 'Job', name: 'report', uid: 'u', replicas: undefined };
    const full = ['i-1', 'i-2', 'i-3'].map((nodeName) => aPod({ nodeName, cpu: 1_500, owner }));
    const unneeded = since(9 * MINUTE_MS, { atMs: NOW - 30_000 });
    const plan = decided({ pods: full, unneeded });
    expect(plan.unneeded?.sinceMs).toEqual({});
    expect(plan.unneeded?.lulls).toEqual([{ lastedMs: 9 * MINUTE_MS, endedAtMs: NOW }]);
    expect(whyKept(plan, 'i-3')?.code).toBe('pods-do-not-fit');
  });

  it('waits longer than the fleet lately did without before it needed such a node again', () => {
    const lulls = [{ lastedMs: 50 * MINUTE_MS, endedAtMs: NOW - MINUTE_MS }];
    expect(removed(decided({ unneeded: since(54 * MINUTE_MS, { lulls }) }))).toEqual([]);
    expect(removed(decided({ unneeded: since(55 * MINUTE_MS, { lulls }) }))).toEqual(['i-3']);
    const old = [{ lastedMs: 50 * MINUTE_MS, endedAtMs: NOW - 7 * 60 * MINUTE_MS }];
    expect(removed(decided({ unneeded: since(10 * MINUTE_MS, { lulls: old }) }))).toEqual(['i-3']);
  });

  it('learns from the ledger after a restart that the last one was bought back', () => {
    const gone = aRemoval({
      step: 'removed',
      nodeName: 'i-0',
      createdAtMs: NOW - 90 * MINUTE_MS,
      endedAtMs: NOW - 88 * MINUTE_MS,
      reasons: [{ code: 'unneeded', text: '', facts: { unneededSinceMs: NOW - 100 * MINUTE_MS } }],
    });
    const back = aLaunch({
      id: 'op-back',
      step: 'ready',
      nominatedPods: ['shop/a'],
      createdAtMs: NOW - 50 * MINUTE_MS,
      endedAtMs: NOW - 49 * MINUTE_MS,
    });
    const operations = [gone, back];
    expect(removed(decided({ operations, unneeded: since(54 * MINUTE_MS) }))).toEqual([]);
    expect(removed(decided({ operations, unneeded: since(55 * MINUTE_MS) }))).toEqual(['i-3']);
  });

  it('stays for half an hour after a launch for pods, and for an hour after one for a Job', () => {
    const launched = (minutes: number, forJobs?: true) => [
      aLaunch({
        step: 'ready',
        nominatedPods: ['shop/a'],
        createdAtMs: NOW - minutes * MINUTE_MS,
        endedAtMs: NOW - minutes * MINUTE_MS,
        ...(forJobs && { forJobs }),
      }),
    ];
    const unneeded = since(60 * MINUTE_MS);
    const why = (operations: Snapshot['operations']) =>
      whyKept(decided({ operations, unneeded }), 'i-3')?.code;
    expect(why(launched(9))).toBe('cooldown');
    expect(why(launched(29))).toBe('launched-lately');
    expect(removed(decided({ operations: launched(30), unneeded }))).toEqual(['i-3']);
    expect(why(launched(60, true))).toBe('launched-lately');
    expect(removed(decided({ operations: launched(66, true), unneeded }))).toEqual(['i-3']);
  });

  it('counts as unneeded for long where one round is decided by itself', () => {
    const { unneeded: _none, ...alone } = aWideFleet();
    expect(removed(decide(aPolicy(), alone, NOW))).toEqual(['i-3']);
  });
});

describe('load that is not low', () => {
  const long = since(20 * MINUTE_MS);

  it('keeps no node whose pods and load fit the others', () => {
    const plan = decided({ utilization: measured(32, 40), unneeded: long });
    expect(removed(plan)).toEqual(['i-3']);
    expect(plan.actions[0]?.reasons[0]).toMatchObject({ code: 'unneeded' });
  });

  it('keeps every node where the others would come near the growth thresholds, by CPU or by memory', () => {
    for (const utilization of [measured(35, 40), measured(32, 43)]) {
      const plan = decided({ utilization, unneeded: long });
      expect(removed(plan)).toEqual([]);
      expect(whyKept(plan, 'i-3')?.code).toBe('load-would-not-fit');
      expect(plan.refusals).toEqual([]);
    }
  });

  it('keeps every node where the others would have no room left for a surge', () => {
    const owner = { kind: 'Deployment', name: 'web', uid: 'u', replicas: 9 };
    const pods = ['i-1', 'i-2'].map((nodeName) => aPod({ nodeName, cpu: 1_750, owner }));
    const plan = decided({ pods, utilization: measured(32, 40), unneeded: long });
    expect(removed(plan)).toEqual([]);
    expect(whyKept(plan, 'i-3')?.text).toContain('92.1 %');
    expect(removed(decided({ pods, unneeded: long }))).toEqual(['i-3']);
  });

  it('keeps every node under a policy that does not consolidate', () => {
    const plan = decided(
      { utilization: measured(32, 40), unneeded: long },
      { consolidation: { enabled: false } },
    );
    expect(whyKept(plan, 'i-3')?.code).toBe('cpu-not-low');
  });

  it('keeps every node while it is not known', () => {
    const plan = decided({ utilization: aUtilization(), unneeded: long });
    expect(removed(plan)).toEqual([]);
    expect(whyKept(plan, 'i-3')?.code).toBe('cpu-unknown');
  });
});

describe('low load', () => {
  it('removes nothing where one worker fewer would bring memory near its threshold', () => {
    const plan = decided({ utilization: measured(10, 48), unneeded: since(20 * MINUTE_MS) });
    expect(removed(plan)).toEqual([]);
    expect(whyKept(plan, 'i-3')?.code).toBe('load-would-not-fit');
  });
});
