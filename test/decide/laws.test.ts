import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide } from '../../src/decide/decide.ts';
import { podProtection } from '../../src/decide/disrupt/rules/pod-protections.ts';
import { isAlive } from '../../src/model/instance.ts';
import type { Lifecycle } from '../../src/model/offering.ts';
import { isInFlight, type Operation } from '../../src/model/operation.ts';
import type { Plan } from '../../src/model/plan.ts';
import { needsEviction } from '../../src/model/pod.ts';
import type { Signal } from '../../src/model/signal.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { KnownSolutions } from '../../src/packing/known-solutions.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../builders/fleet.ts';
import { aPod } from '../builders/pod.ts';
import { aPolicy } from '../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../builders/snapshot.ts';

const NOW = 100_000_000;
const ZONES = ['ap-southeast-1a', 'ap-southeast-1b'];
const lifecycles: readonly Lifecycle[] = ['spot', 'on-demand'];

const policies = fc
  .record({
    min: fc.integer({ min: 0, max: 6 }),
    above: fc.integer({ min: 0, max: 6 }),
    minPerZone: fc.integer({ min: 0, max: 2 }),
    onDemandBase: fc.integer({ min: 0, max: 3 }),
    removals: fc.integer({ min: 1, max: 4 }),
    sizing: fc.constantFrom('packing', 'step'),
    obeysCooldown: fc.boolean(),
  })
  .map(({ min, above, minPerZone, onDemandBase, removals, sizing, obeysCooldown }) =>
    aPolicy({
      nodes: { min, max: Math.max(1, min + above), minPerZone },
      spot: { onDemandBase },
      shrink: { maxNodesPerDecision: removals },
      pending: { sizing, obeysCooldown },
    }),
  );

const nodes = fc.array(
  fc.record({
    zone: fc.constantFrom(...ZONES),
    lifecycle: fc.constantFrom(...lifecycles),
    isReady: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    readyChangedAtMs: fc.constantFrom(0, NOW - 20_000),
    doNotDisrupt: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    isUnschedulable: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    createdAtMs: fc.constantFrom(0, NOW - 1_000),
  }),
  { maxLength: 9 },
);

const pods = fc.array(
  fc.record({
    host: fc.integer({ min: 0, max: 12 }),
    cpu: fc.constantFrom(50, 300, 900, 1_900, 3_000),
    replicas: fc.constantFrom(1, 2, undefined),
    kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'Job'),
    sinceMs: fc.constantFrom(NOW, NOW - 500, NOW - 300_000),
    disruption: fc.constantFrom('never' as const, 'unset' as const, 'unset' as const),
  }),
  { maxLength: 12 },
);

const operations = fc.array(
  fc.oneof(
    fc.constantFrom<Operation>(
      aLaunch(),
      aLaunch({ step: 'undoing', instanceId: 'i-lost' }),
      aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 200_000 }),
      aLaunch({ step: 'failed', instanceId: 'i-dead', endedAtMs: NOW - 30_000 }),
      aRemoval({ nodeName: 'i-0', instanceId: 'i-0', step: 'draining' }),
      aRemoval({ nodeName: 'i-1', instanceId: 'i-1', step: 'aborted', endedAtMs: NOW - 60_000 }),
      aRemoval({ nodeName: 'gone', step: 'removed', endedAtMs: NOW - 900_000 }),
    ),
  ),
  { maxLength: 2 },
);

const signals: fc.Arbitrary<Signal> = fc.oneof(
  fc.constantFrom(10, 29.9, 30, 70, 70.1, 90).map((value) => steady(value, { untilMs: NOW })),
  fc.constantFrom(5, 95).map((value) => steady(value, { untilMs: NOW, coverage: 0.5 })),
  fc.constant<Signal>({ status: 'unknown', why: 'down' }),
);

const snapshots: fc.Arbitrary<Snapshot> = fc
  .record({ nodes, pods, operations, cpu: signals, memory: signals, isCloudKnown: fc.boolean() })
  .map((world) => {
    const workers = world.nodes.map((parts, i) => aNode({ name: `i-${i}`, ...parts }));
    const all = world.pods.map(({ host, cpu, kind, replicas, sinceMs, disruption }, i) => {
      const nodeName = workers[host]?.name;
      const owner = { kind, name: kind, uid: kind, replicas };
      const name = `p-${i}`;
      const since = nodeName === undefined ? sinceMs : undefined;
      return aPod({ name, nodeName, cpu, owner, disruption, unschedulableSinceMs: since });
    });
    const utilization = aUtilization({ cpuPercent: world.cpu, memoryPercent: world.memory });
    const made = aSnapshot({
      nodes: workers,
      pods: all,
      utilization,
      operations: world.operations.map((operation, i) => ({ ...operation, id: `op-${i}` })),
    });
    return world.isCloudKnown ? made : { ...made, instances: { status: 'unknown', why: 'timeout' } };
  });

function billable(snapshot: Snapshot): number {
  const instances =
    snapshot.instances.status === 'known' ? snapshot.instances.value : snapshot.nodes.map(() => anInstance());
  return instances.filter(isAlive).length + snapshot.operations.filter(isInFlight).length;
}

/** Nodes that the plan removes to shrink the fleet; dead ones that it replaces are not among them. */
function shrunk(plan: Plan): readonly string[] {
  return plan.actions.flatMap((action) =>
    action.kind === 'remove' && action.isRepair !== true ? [action.nodeName] : [],
  );
}

describe('whatever the world looks like', () => {
  const check = (
    law: (
      plan: ReturnType<typeof decide>,
      world: { policy: ReturnType<typeof aPolicy>; snapshot: Snapshot },
    ) => void,
  ) =>
    fc.assert(
      fc.property(policies, snapshots, (policy, snapshot) =>
        law(decide(policy, snapshot, NOW), { policy, snapshot }),
      ),
      { numRuns: 150 },
    );

  it('never plans more nodes than the maximum, those in flight counted', () => {
    check((plan, { policy, snapshot }) => {
      const launches = plan.actions.filter((action) => action.kind === 'launch').length;
      if (launches > 0) expect(billable(snapshot) + launches).toBeLessThanOrEqual(policy.policy.nodes.max);
      expect(plan.desiredNodes).toBeLessThanOrEqual(policy.policy.nodes.max);
    });
  });

  it('never removes below the minimum, the last of a zone, or a protected node', () => {
    check((plan, { policy, snapshot }) => {
      const removed = shrunk(plan);
      if (removed.length === 0) return;
      expect(plan.currentNodes - removed.length).toBeGreaterThanOrEqual(policy.policy.nodes.min);
      for (const name of removed) {
        const node = snapshot.nodes.find((n) => n.name === name)!;
        expect([node.doNotDisrupt, node.isUnschedulable, node.createdAtMs]).toEqual([false, false, 0]);
        const protectedPods = snapshot.pods
          .filter((pod) => pod.nodeName === name && needsEviction(pod))
          .filter((pod) => podProtection(pod, snapshot.budgets) !== undefined);
        expect(protectedPods).toEqual([]);
        const stay = snapshot.nodes.filter((n) => n.zone === node.zone && !removed.includes(n.name));
        expect(stay.length).toBeGreaterThanOrEqual(policy.policy.nodes.minPerZone);
      }
    });
  });

  it('never launches and removes in one plan, and removes nothing while an operation is in flight', () => {
    check((plan, { snapshot }) => {
      const isGrowing = plan.actions.some((action) => action.kind === 'launch');
      const mayShrink = !isGrowing && !snapshot.operations.some(isInFlight);
      expect(mayShrink || shrunk(plan).length === 0).toBe(true);
    });
  });

  it('replaces a node as dead only when it was not ready for long, one at a time', () => {
    check((plan, { snapshot }) => {
      const repairs = plan.actions.filter((action) => action.kind === 'remove' && action.isRepair === true);
      expect(repairs.length).toBeLessThanOrEqual(1);
      for (const repair of repairs) {
        const node = snapshot.nodes.find((n) => 'nodeName' in repair && n.name === repair.nodeName);
        expect(node).toMatchObject({ isReady: false, doNotDisrupt: false, readyChangedAtMs: 0 });
      }
    });
  });

  it('gives the same plan for the same world, whatever the order of its nodes and pods', () => {
    check((plan, { policy, snapshot }) => {
      const turned = {
        ...snapshot,
        nodes: [...snapshot.nodes].reverse(),
        pods: [...snapshot.pods].reverse(),
      };
      expect(decide(policy, turned, NOW)).toEqual(plan);
      expect(decide(policy, snapshot, NOW)).toEqual(plan);
    });
  });

  it('gives the same plan, whatever was packed in the rounds before', () => {
    const known = new KnownSolutions();
    check((plan, { policy, snapshot }) => {
      expect(decide(policy, snapshot, NOW, known)).toEqual(plan);
      expect(decide(policy, { ...snapshot, pods: snapshot.pods.slice(1) }, NOW, known)).toEqual(
        decide(policy, { ...snapshot, pods: snapshot.pods.slice(1) }, NOW),
      );
      expect(decide(policy, snapshot, NOW, known)).toEqual(plan);
    });
  });

  it('explains every action and refusal, keeps or removes every worker, and repeats no id', () => {
    check((plan, { snapshot }) => {
      for (const action of plan.actions) {
        expect(action.reasons.length).toBeGreaterThan(0);
        for (const reason of action.reasons) expect(reason.text).toMatch(/\d|policy/);
      }
      for (const refusal of plan.refusals) expect(refusal.reason.text.length).toBeGreaterThan(10);
      const named = [
        ...plan.kept.map((kept) => kept.nodeName),
        ...plan.actions.flatMap((action) => (action.kind === 'remove' ? [action.nodeName] : [])),
      ];
      expect(new Set(named).size).toBe(named.length);
      const leaving = new Set(snapshot.operations.flatMap((o) => (o.kind === 'remove' ? [o.nodeName] : [])));
      for (const node of snapshot.nodes) {
        if (!leaving.has(node.name)) expect(named).toContain(node.name);
      }
      const ids = plan.actions.flatMap((action) =>
        action.kind.startsWith('abort-') ? [] : [action.operationId],
      );
      expect(new Set([...ids, ...snapshot.operations.map((o) => o.id)]).size).toBe(
        ids.length + snapshot.operations.length,
      );
      for (const id of ids) expect(id.length).toBeLessThan(60);
    });
  });

  it('neither grows by load nor shrinks while telemetry is unknown', () => {
    check((_plan, { policy, snapshot }) => {
      const blind = decide(policy, { ...snapshot, utilization: aUtilization() }, NOW);
      expect(blind.demands.find((demand) => demand.name === 'utilization')?.nodes).toBeUndefined();
      if (blind.currentNodes <= policy.policy.nodes.max) {
        expect(shrunk(blind)).toEqual([]);
      }
    });
  });

  it('wakes later than now or not at all', () => {
    check((plan) => expect(plan.wakeAtMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(NOW));
  });
});

describe('a spike of load', () => {
  it('of 60 seconds within the window does nothing, wherever it lies', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8 }),
        fc.double({ min: 71, max: 100, noNaN: true }),
        (at, height) => {
          const calm = steady(50, { untilMs: NOW });
          if (calm.status === 'unknown') return;
          const first = calm.samples.length - 12 + at;
          const samples = calm.samples.map((sample, i) =>
            i >= first && i < first + 4 ? { ...sample, value: height } : sample,
          );
          const cpuPercent = { ...calm, samples };
          const snapshot = aSnapshot({
            nodes: [aNode({ name: 'i-1' }), aNode({ name: 'i-2', zone: 'ap-southeast-1b' })],
            utilization: aUtilization({ cpuPercent, memoryPercent: steady(40, { untilMs: NOW }) }),
          });
          expect(decide(aPolicy(), snapshot, NOW).actions).toEqual([]);
        },
      ),
    );
  });
});
