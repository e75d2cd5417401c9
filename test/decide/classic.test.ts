import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { decide } from '../../src/decide/decide.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { aLaunch, aNode, aRemoval } from '../builders/fleet.ts';
import { aPendingPod, aPod } from '../builders/pod.ts';
import { aPolicy } from '../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../builders/snapshot.ts';

/*
 * The original autoscaler's rules (R1-R22) as a policy: a timer instead of events, pods that wait three minutes before they
 * count, fixed steps, and every growth under the cooldown. The eight cases that R171 names are among the tests.
 */
const reading = parsePolicy(
  readFileSync(new URL('../../examples/policies/classic.yaml', import.meta.url), 'utf8'),
);
if (!reading.valid) throw new Error(`the example is not valid: ${JSON.stringify(reading.faults)}`);
const classic = { ...aPolicy(), policy: reading.policy };

const NOW = 100_000_000;

function workers(count: number) {
  return Array.from({ length: count }, (_, i) =>
    aNode({
      name: `i-${i}`,
      zone: i % 2 === 0 ? 'ap-southeast-1a' : 'ap-southeast-1b',
      lifecycle: i < 2 ? 'on-demand' : 'spot',
    }),
  );
}

function cluster(
  count: number,
  load: { cpu?: number; memory?: number } = {},
  parts: Partial<Snapshot> = {},
): Snapshot {
  const { cpu = 50, memory = 60 } = load;
  return aSnapshot({
    nodes: workers(count),
    utilization: aUtilization({
      cpuPercent: steady(cpu, { untilMs: NOW }),
      memoryPercent: steady(memory, { untilMs: NOW }),
    }),
    ...parts,
  });
}

/** Pods too large for what is left on workers that each carry a small one. */
function pendingPods(count: number, ageSeconds: number, on: number) {
  const busy = workers(on).map((node) => aPod({ nodeName: node.name }));
  const sinceMs = NOW - ageSeconds * 1000;
  return [...busy, ...Array.from({ length: count }, () => aPendingPod({ cpu: 1_850, sinceMs }))];
}

function change(plan: Plan): number {
  return plan.actions.reduce(
    (sum, { kind }) => sum + (kind === 'launch' ? 1 : kind === 'remove' ? -1 : 0),
    0,
  );
}

const codes = (plan: Plan) => plan.refusals.map((refusal) => refusal.reason.code);

describe('the classic policy', () => {
  it('grows by one when CPU was above 70 % for three minutes', () => {
    expect(change(decide(classic, cluster(3, { cpu: 78 }), NOW))).toBe(1);
  });

  it('grows by two when CPU is above 85 % or more than five pods wait', () => {
    expect(change(decide(classic, cluster(3, { cpu: 86 }), NOW))).toBe(2);
    expect(change(decide(classic, cluster(3, {}, { pods: pendingPods(6, 181, 3) }), NOW))).toBe(2);
    expect(change(decide(classic, cluster(3, {}, { pods: pendingPods(5, 181, 3) }), NOW))).toBe(1);
  });

  it('grows when memory was above 75 % for three minutes', () => {
    expect(change(decide(classic, cluster(3, { memory: 76 }), NOW))).toBe(1);
    expect(change(decide(classic, cluster(3, { memory: 75 }), NOW))).toBe(0);
  });

  it('counts a pending pod after three minutes, and leaves the rhythm to the timer', () => {
    const snapshot = cluster(3, {}, { pods: pendingPods(1, 170, 3) });
    const plan = decide(classic, snapshot, NOW);
    expect(change(plan)).toBe(0);
    expect(plan.wakeAtMs).toBeUndefined();
    expect(decide(aPolicy({ pending: { minAgeSeconds: 180 } }), snapshot, NOW).wakeAtMs).toBe(NOW + 10_000);
    expect(change(decide(classic, cluster(3, {}, { pods: pendingPods(1, 180, 3) }), NOW))).toBe(1);
  });

  it('shrinks by one when CPU was below 30 % and memory below 50 % for ten minutes', () => {
    expect(change(decide(classic, cluster(4, { cpu: 25, memory: 40 }), NOW))).toBe(-1);
    expect(change(decide(classic, cluster(4, { cpu: 30, memory: 40 }), NOW))).toBe(0);
    expect(change(decide(classic, cluster(4, { cpu: 25, memory: 50 }), NOW))).toBe(0);
  });

  it('does nothing three minutes after a growth, though load or pods ask for more, and says so', () => {
    const operations = [aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 180_000 })];
    const byLoad = decide(classic, cluster(3, { cpu: 90 }, { operations }), NOW);
    const byPods = decide(classic, cluster(3, {}, { operations, pods: pendingPods(9, 200, 3) }), NOW);
    for (const plan of [byLoad, byPods]) {
      expect(change(plan)).toBe(0);
      expect(codes(plan)).toContain('suppressed-by-cooldown');
    }
    const byEvents = aPolicy({ pending: { obeysCooldown: true } });
    const waiting = cluster(3, {}, { operations, pods: pendingPods(9, 200, 3) });
    expect(decide(byEvents, waiting, NOW).wakeAtMs).toBe(NOW + 120_000);
  });

  it('grows again five minutes after a growth, and at once after a removal', () => {
    const grown = [aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 300_000 })];
    expect(change(decide(classic, cluster(3, { cpu: 78 }, { operations: grown }), NOW))).toBe(1);
    const shrunk = [aRemoval({ nodeName: 'x', instanceId: 'x', step: 'removed', endedAtMs: NOW - 1_000 })];
    expect(change(decide(classic, cluster(3, { cpu: 78 }, { operations: shrunk }), NOW))).toBe(1);
  });

  it('counts its own growth by pending pods as a start of the cooldown', () => {
    const plan = decide(classic, cluster(3, {}, { pods: pendingPods(1, 200, 3) }), NOW);
    expect(plan.actions[0]).toMatchObject({ kind: 'launch', startsCooldown: true });
  });

  it('never goes below the minimum and repairs it in spite of the cooldown', () => {
    expect(change(decide(classic, cluster(2, { cpu: 5, memory: 5 }), NOW))).toBe(0);
    const operations = [aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 1_000 })];
    expect(change(decide(classic, cluster(1, {}, { operations }), NOW))).toBe(1);
  });

  it('launches nothing at the maximum and advises, and clips a step to it', () => {
    const plan = decide(classic, cluster(10, { cpu: 95 }), NOW);
    expect(change(plan)).toBe(0);
    expect(codes(plan)).toContain('at-maximum');
    expect(change(decide(classic, cluster(9, { cpu: 95 }), NOW))).toBe(1);
  });

  it('begins nothing while an operation is in flight, and acts when none is', () => {
    const operations = [aLaunch({ step: 'launched', startsCooldown: true })];
    expect(change(decide(classic, cluster(3, { cpu: 78 }, { operations }), NOW))).toBe(0);
    expect(change(decide(classic, cluster(4, { cpu: 20, memory: 40 }, { operations }), NOW))).toBe(0);
    expect(change(decide(classic, cluster(4, { cpu: 20, memory: 40 }), NOW))).toBe(-1);
  });

  it('does nothing by metrics while Prometheus is down, and still repairs the minimum', () => {
    const blind = (count: number) => aSnapshot({ nodes: workers(count), utilization: aUtilization() });
    expect(change(decide(classic, blind(4), NOW))).toBe(0);
    expect(change(decide(classic, blind(1), NOW))).toBe(1);
  });

  it('grows under partial data only by what the known part proves', () => {
    const at = (value: number, coverage: number) =>
      cluster(
        4,
        {},
        { utilization: aUtilization({ cpuPercent: steady(value, { untilMs: NOW, coverage }) }) },
      );
    expect(change(decide(classic, at(90, 0.75), NOW))).toBe(0);
    expect(change(decide(classic, at(96, 0.75), NOW))).toBe(1);
  });

  it('names every trigger with its value and its threshold', () => {
    const plan = decide(classic, cluster(3, { cpu: 78, memory: 80 }), NOW);
    const texts = plan.actions[0]?.reasons.map((reason) => reason.text);
    expect(texts).toEqual(['CPU 78 %, above 70 % for 3 min', 'memory 80 %, above 75 % for 3 min']);
  });
});

describe('thresholds on throughput', () => {
  it('are off unless given, and then grow by what all workers move together', () => {
    const utilization = aUtilization({ networkBytesPerSecond: steady(200e6, { untilMs: NOW }) });
    expect(change(decide(classic, cluster(3, {}, { utilization }), NOW))).toBe(0);
    const policy = aPolicy({ utilization: { network: { upMBps: 100 } } });
    const plan = decide(policy, cluster(3, {}, { utilization }), NOW);
    expect(change(plan)).toBe(1);
    expect(plan.actions[0]?.reasons[0]?.text).toBe('network 200 MB/s, above 100 MB/s for 3 min');
  });
});
