import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decide } from '../../src/decide/decide.ts';
import { podProtection } from '../../src/decide/disrupt/rules/pod-protections.ts';
import { isAlive } from '../../src/model/instance.ts';
import { isAdmitted } from '../../src/model/node.ts';
import { hasEnded, isInFlight } from '../../src/model/operation.ts';
import type { Plan } from '../../src/model/plan.ts';
import { needsEviction } from '../../src/model/pod.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { SolutionCache } from '../../src/packing/solution-cache.ts';
import { anyTrouble } from '../builders/any-trouble.ts';
import { NOW, policies, snapshots } from '../builders/any-world.ts';
import { aNode, anInstance } from '../builders/fleet.ts';
import { aPolicy } from '../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../builders/snapshot.ts';
import { caseCount } from '../test-depth.ts';

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
      { numRuns: caseCount(150) },
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
    const known = new SolutionCache();
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

describe('whatever is the matter with its machines', () => {
  const worlds = snapshots.chain((snapshot) => anyTrouble(snapshot, NOW));
  const check = (
    law: (
      plan: Plan,
      world: { readonly policy: ReturnType<typeof aPolicy>; readonly snapshot: Snapshot },
    ) => void,
  ) =>
    fc.assert(
      fc.property(policies, fc.boolean(), worlds, (policy, keepsPool, snapshot) => {
        const inForce = keepsPool
          ? { ...policy, policy: { ...policy.policy, warmPool: { size: 1, maxAgeHours: 24 } } }
          : policy;
        law(decide(inForce, snapshot, NOW), { policy: inForce, snapshot });
      }),
      { numRuns: caseCount(300) },
    );
  const named = ({ actions }: Plan) => actions.flatMap((one) => ('nodeName' in one ? [one.nodeName] : []));
  const instanceOf = (id: string | undefined, { instances }: Snapshot) =>
    instances.status === 'known' ? instances.value.find((one) => one.id === id) : undefined;

  it('never names a node twice in one plan, nor begins a removal beside another', () => {
    check((plan, { snapshot }) => {
      const names = named(plan);
      expect(new Set(names).size).toBe(names.length);
      const leaving = snapshot.operations.flatMap((o) =>
        o.kind === 'remove' && !hasEnded(o) ? [o.nodeName] : [],
      );
      const removed = plan.actions.flatMap((one) => (one.kind === 'remove' ? [one.nodeName] : []));
      expect(removed.filter((name) => leaving.includes(name))).toEqual([]);
    });
  });

  it('never removes a machine that a person started and did not give to the fleet (F46)', () => {
    check((plan, { snapshot }) => {
      for (const action of plan.actions) {
        if (action.kind !== 'remove') continue;
        const node = snapshot.nodes.find(({ name }) => name === action.nodeName);
        const instance = instanceOf(action.instanceId, snapshot);
        const isByHand = instance !== undefined && instance.operationId === undefined;
        expect(isByHand && node !== undefined && !isAdmitted(node)).toBe(false);
      }
    });
  });

  it('ends as dead only what was silent for long, one at a time, and nothing that goes in any case', () => {
    check((plan, { policy, snapshot }) => {
      const repairs = plan.actions.filter(
        (one) => one.kind === 'remove' && one.isRepair === true && one.fromPool !== true,
      );
      expect(repairs.length).toBeLessThanOrEqual(1);
      for (const repair of repairs) {
        if (repair.kind !== 'remove') continue;
        const node = snapshot.nodes.find(({ name }) => name === repair.nodeName);
        expect(node).toMatchObject({ isReady: false, doNotDisrupt: false });
        const unreadyMs = NOW - (node?.readyChangedAtMs ?? NOW);
        expect(unreadyMs).toBeGreaterThanOrEqual(policy.policy.launch.joinTimeoutSeconds * 1_000);
        const warned = snapshot.interruptions.filter(({ kind }) => kind === 'spot-warning');
        expect(warned.map(({ instanceId }) => instanceId)).not.toContain(repair.instanceId);
        const undone = snapshot.operations.filter(({ step }) => step === 'undoing' || step === 'failed');
        expect(undone.map(({ instanceId }) => instanceId)).not.toContain(repair.instanceId);
      }
    });
  });

  it('never plans more nodes than the maximum', () => {
    check((plan, { policy, snapshot }) => {
      const launches = plan.actions.filter(({ kind }) => kind === 'launch').length;
      const { max } = policy.policy.nodes;
      expect(launches === 0 ? 0 : billable(snapshot) + launches).toBeLessThanOrEqual(max);
    });
  });

  it('gives the same plan, whatever the order of nodes, operations and announcements', () => {
    check((plan, { policy, snapshot }) => {
      const { nodes, interruptions } = snapshot;
      const turned = {
        ...snapshot,
        nodes: [...nodes].reverse(),
        interruptions: [...interruptions].reverse(),
      };
      expect(new Set(named(decide(policy, turned, NOW)))).toEqual(new Set(named(plan)));
    });
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
