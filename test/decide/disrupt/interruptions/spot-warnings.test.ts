import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../../src/decide/decide.ts';
import { STARTUP_TAINT_KEY } from '../../../../src/model/node.ts';
import type { Plan } from '../../../../src/model/plan.ts';
import type { Snapshot } from '../../../../src/model/snapshot.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../../builders/fleet.ts';
import { anInterruption } from '../../../builders/interruption.ts';
import { aPod } from '../../../builders/pod.ts';
import { aPolicy } from '../../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../../builders/snapshot.ts';

const NOW = 10_000_000;
const ZONES = ['ap-southeast-1a', 'ap-southeast-1b'];

/** Two on-demand workers, i-1 and i-2, and this many spot workers after them, each with a pod. */
function fleet(spot: number, parts: Partial<Snapshot> = {}): Snapshot {
  const nodes = Array.from({ length: 2 + spot }, (_, i) =>
    aNode({ name: `i-${i + 1}`, zone: ZONES[i % 2] ?? '', lifecycle: i < 2 ? 'on-demand' : 'spot' }),
  );
  const pods = nodes.map((node) => aPod({ nodeName: node.name, cpu: 1_000 }));
  return aSnapshot({ nodes, pods, ...parts });
}

function warning(instanceId: string, agoMs = 0) {
  return anInterruption({ instanceId, atMs: NOW - agoMs });
}

function told(plan: Plan) {
  return plan.actions.map((action) =>
    action.kind === 'launch'
      ? `launch for ${action.replaces?.instanceId ?? 'growth'}`
      : `${action.kind} ${'nodeName' in action ? action.nodeName : action.operationId}`,
  );
}

describe('a spot warning', () => {
  it('drains the node within 90 s of it, with 30 s of grace, and launches a replacement in the same round', () => {
    const plan = decide(aPolicy(), fleet(2, { interruptions: [warning('i-3', 5_000)] }), NOW);
    expect(told(plan)).toEqual(['launch for i-3', 'remove i-3']);
    expect(plan.actions).toMatchObject([
      { startsCooldown: false, reasons: [{ code: 'replacement' }] },
      {
        instanceId: 'i-3',
        interruption: 'spot-warning',
        deadlineMs: NOW - 5_000 + 90_000,
        graceLimitSeconds: 30,
        reasons: [{ text: 'EC2 takes spot instance i-3 back in 115 s: its node is drained and replaced' }],
      },
    ]);
    expect(plan.desiredNodes).toBe(4);
  });

  it('is replaced by spot first, with on-demand as the fallback, of at least its size', () => {
    const plan = decide(aPolicy(), fleet(2, { interruptions: [warning('i-3')] }), NOW);
    const [launch] = plan.actions;
    const lifecycles = launch?.kind === 'launch' ? launch.offerings.map((key) => key.split('/')[2]) : [];
    // Not from the pool that was taken back.
    expect(lifecycles).toEqual(['spot', 'spot', 'spot', ...Array(4).fill('on-demand')]);
  });

  describe('is not replaced', () => {
    const load = (percent: number) =>
      aUtilization({
        cpuPercent: steady(percent, { untilMs: NOW }),
        memoryPercent: steady(20, { untilMs: NOW }),
      });
    const light = (spot: number, parts: Partial<Snapshot> = {}) => {
      const base = fleet(spot, { utilization: load(30), interruptions: [warning('i-3')] });
      return { ...base, pods: base.nodes.map(({ name }) => aPod({ nodeName: name, cpu: 400 })), ...parts };
    };

    it('where what stays holds its pods and the load, and it says which pool rests', () => {
      const plan = decide(aPolicy(), light(2), NOW);
      expect(told(plan)).toEqual(['remove i-3']);
      expect(plan.actions).toMatchObject([{ reclaimed: 't3.small/ap-southeast-1a/spot' }]);
    });

    it('only as far as that goes: of several, those whose pods do not fit are', () => {
      const interruptions = [warning('i-3'), warning('i-4')];
      const cpus = [1_000, 1_000, 800, 1_700];
      const pods = cpus.map((cpu, i) => aPod({ nodeName: `i-${i + 1}`, cpu }));
      const plan = decide(aPolicy(), light(2, { pods, interruptions }), NOW);
      expect(told(plan)).toEqual(['launch for i-4', 'remove i-3', 'remove i-4']);
    });

    it('unless the load would be above a threshold, or is not known', () => {
      expect(told(decide(aPolicy(), light(2, { utilization: load(60) }), NOW))).toContain('launch for i-3');
      expect(told(decide(aPolicy(), light(2, { utilization: aUtilization() }), NOW))).toContain(
        'launch for i-3',
      );
      const off = aPolicy({ utilization: { enabled: false } });
      expect(told(decide(off, light(2, { utilization: aUtilization() }), NOW))).toEqual(['remove i-3']);
    });

    it('unless the fleet would be below its minimum', () => {
      const policy = aPolicy({ nodes: { min: 4 } });
      expect(told(decide(policy, light(2), NOW))).toEqual(['launch for i-3', 'remove i-3']);
    });
  });

  it('takes five nodes at once, each with its replacement', () => {
    const interruptions = ['i-3', 'i-4', 'i-5', 'i-6', 'i-7'].map((id) => warning(id));
    const policy = aPolicy({ nodes: { min: 2, max: 12 } });
    const plan = decide(policy, fleet(5, { interruptions }), NOW);
    expect(told(plan).filter((action) => action.startsWith('remove'))).toHaveLength(5);
    expect(new Set(told(plan).filter((action) => action.startsWith('launch for i-'))).size).toBe(5);
  });

  it('holds to the maximum, and says so', () => {
    const interruptions = ['i-3', 'i-4', 'i-5'].map((id) => warning(id));
    const plan = decide(aPolicy({ nodes: { min: 2, max: 6 } }), fleet(3, { interruptions }), NOW);
    expect(told(plan)).toEqual(['launch for i-3', 'remove i-3', 'remove i-4', 'remove i-5']);
    expect(plan.refusals).toMatchObject([{ what: 'grow', reason: { code: 'at-maximum' } }]);
  });

  it('asks nothing of a cooldown, nor of what protects the pods', () => {
    const grown = aLaunch({ step: 'ready', startsCooldown: true, endedAtMs: NOW - 1_000 });
    const pods = [
      aPod({ nodeName: 'i-3', disruption: 'never' }),
      aPod({ nodeName: 'i-3', namespace: 'kube-system' }),
    ];
    const snapshot = fleet(2, { pods, operations: [grown], interruptions: [warning('i-3')] });
    expect(told(decide(aPolicy(), snapshot, NOW))).toEqual(['launch for i-3', 'remove i-3']);
  });

  it('does nothing further once its operations are in the ledger, however often it comes', () => {
    const removal = aRemoval({
      nodeName: 'i-3',
      instanceId: 'i-3',
      step: 'draining',
      interruption: 'spot-warning',
      reasons: [{ code: 'spot-warning', text: '' }],
    });
    const launch = aLaunch({ replaces: { instanceId: 'i-3', interruption: 'spot-warning' } });
    const interruptions = [warning('i-3', 10_000)];
    const handled = fleet(2, { operations: [removal, launch], interruptions });
    expect(told(decide(aPolicy(), handled, NOW))).toEqual([]);
    // After a crash between the two, the replacement follows from the ledger alone.
    const crashed = fleet(2, { operations: [removal] });
    expect(told(decide(aPolicy(), crashed, NOW))).toEqual(['launch for i-3']);
  });

  it('shortens a drain under way, and buys nothing for a node that was wanted gone', () => {
    const removal = aRemoval({
      nodeName: 'i-3',
      instanceId: 'i-3',
      step: 'draining',
      deadlineMs: NOW + 280_000,
    });
    const snapshot = fleet(2, { operations: [removal], interruptions: [warning('i-3')] });
    const plan = decide(aPolicy(), snapshot, NOW);
    expect(told(plan)).toEqual(['expedite-removal i-3']);
    expect(plan.actions).toMatchObject([
      { operationId: removal.id, deadlineMs: NOW + 90_000, graceLimitSeconds: 30 },
    ]);
    const expedited = { ...removal, interruption: 'spot-warning' as const };
    expect(told(decide(aPolicy(), { ...snapshot, operations: [expedited] }, NOW))).toEqual([]);
  });

  it('shortens a drain that the same round would turn back, since the machine goes anyway', () => {
    const removal = aRemoval({ nodeName: 'i-3', instanceId: 'i-3', step: 'draining' });
    const snapshot = fleet(1, { operations: [removal], interruptions: [warning('i-3')] });
    const plan = decide(aPolicy({ nodes: { min: 3 } }), snapshot, NOW);
    expect(told(plan)).toEqual(['launch for growth', 'expedite-removal i-3']);
  });

  it('is not turned back by load or pods that wait', () => {
    const removal = aRemoval({
      nodeName: 'i-3',
      instanceId: 'i-3',
      step: 'draining',
      interruption: 'spot-warning',
    });
    const plan = decide(aPolicy({ nodes: { min: 4 } }), fleet(2, { operations: [removal] }), NOW);
    expect(told(plan)).toEqual(['launch for growth']);
  });

  it('calls off the launch of a machine that goes before it is a worker', () => {
    const base = fleet(1);
    const known = base.instances.status === 'known' ? base.instances.value : [];
    const instances = {
      status: 'known' as const,
      value: [...known, anInstance({ id: 'i-9', lifecycle: 'spot' })],
    };
    const launch = aLaunch({ step: 'launched', instanceId: 'i-9' });
    const snapshot = { ...base, instances, operations: [launch], interruptions: [warning('i-9')] };
    expect(told(decide(aPolicy(), snapshot, NOW))).toEqual(['abort-launch op-1']);
  });

  it.each([
    ['its list of EC2', { status: 'known' as const, value: [] }],
    ['no answer of EC2', { status: 'unknown' as const, why: 'throttled' }],
  ])('drains no machine that a person started, with %s', (_, answer) => {
    const base = fleet(1);
    const known = base.instances.status === 'known' ? base.instances.value : [];
    const taints = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
    const nodes = [...base.nodes, aNode({ name: 'i-9', lifecycle: 'spot', taints })];
    const listed = [...known, anInstance({ id: 'i-9', lifecycle: 'spot' })];
    const instances = answer.status === 'unknown' ? answer : { status: 'known' as const, value: listed };
    const snapshot = { ...base, nodes, instances, interruptions: [warning('i-9')] };
    expect(told(decide(aPolicy(), snapshot, NOW))).toEqual([]);
  });

  it('drains a machine that a person started and gave to the fleet by taking its taint off', () => {
    const base = fleet(1);
    const known = base.instances.status === 'known' ? base.instances.value : [];
    const nodes = [...base.nodes, aNode({ name: 'i-9', lifecycle: 'spot' })];
    const instances = {
      status: 'known' as const,
      value: [...known, anInstance({ id: 'i-9', lifecycle: 'spot' })],
    };
    const snapshot = { ...base, nodes, instances, interruptions: [warning('i-9')] };
    expect(told(decide(aPolicy(), snapshot, NOW))).toEqual(['launch for i-9', 'remove i-9']);
  });

  it('counts no more two minutes after the machine should have gone', () => {
    const snapshot = fleet(2, { interruptions: [warning('i-3', 241_000)] });
    expect(told(decide(aPolicy(), snapshot, NOW))).toEqual([]);
  });

  it('changes nothing under a suspended policy', () => {
    const plan = decide(aPolicy({ suspend: true }), fleet(2, { interruptions: [warning('i-3')] }), NOW);
    expect(plan.actions).toEqual([]);
    expect(plan.refusals.some(({ reason }) => reason.text.includes('takes spot instance i-3'))).toBe(true);
  });

  it('about another fleet changes nothing', () => {
    const snapshot = fleet(2, { interruptions: [warning('i-99')] });
    expect(told(decide(aPolicy(), snapshot, NOW))).toEqual([]);
  });
});
