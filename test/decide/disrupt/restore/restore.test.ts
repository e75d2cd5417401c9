import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../../src/decide/decide.ts';
import type { Node } from '../../../../src/model/node.ts';
import type { LaunchAction, Plan } from '../../../../src/model/plan.ts';
import type { Snapshot } from '../../../../src/model/snapshot.ts';
import { aLaunch, aNode, aRemoval, offerings } from '../../../builders/fleet.ts';
import { aPod } from '../../../builders/pod.ts';
import { aPolicy } from '../../../builders/policy.ts';
import { aSnapshot, aUtilization, steady } from '../../../builders/snapshot.ts';

const NOW = 100_000_000;
const A = 'ap-southeast-1a';
const B = 'ap-southeast-1b';
const HALF = aUtilization({
  cpuPercent: steady(50, { untilMs: NOW }),
  memoryPercent: steady(60, { untilMs: NOW }),
});

/** Workers by zone and lifecycle, such as `A spot`, each half full. */
function fleet(...workers: readonly string[]): readonly Node[] {
  return workers.map((text, i) => {
    const [zone, lifecycle] = text.split(' ');
    return aNode({
      name: `i-${i + 1}`,
      zone: zone === 'A' ? A : B,
      lifecycle: lifecycle === 'spot' ? 'spot' : 'on-demand',
    });
  });
}

function decided(nodes: readonly Node[], policy = aPolicy(), parts: Partial<Snapshot> = {}): Plan {
  const pods = nodes.map(({ name }) => aPod({ nodeName: name, cpu: 900, memory: 500 }));
  return decide(policy, aSnapshot({ nodes, pods, utilization: HALF, ...parts }), NOW);
}

function exchanges({ actions }: Plan): readonly string[] {
  return actions
    .filter((action): action is LaunchAction => action.kind === 'launch')
    .map(({ offerings: keys, consolidates = [] }) => {
      const places = new Set(keys.map((key) => key.split('/').slice(1).join('/')));
      return `${consolidates.join(' ')} → ${[...places].join(' ')}`;
    });
}

const codes = ({ deviations = [] }: Plan) => deviations.map(({ code }) => code);
const refusedTexts = ({ refusals }: Plan) =>
  refusals.filter(({ reason }) => reason.code === 'policy-not-restored').map(({ reason }) => reason.text);
const quiet = { consolidation: { enabled: false } };
const onDemandAlone = ['A od', 'B od', 'A od', 'B od', 'A od', 'B od'];

describe('a share of spot that is off by two', () => {
  it('is restored one worker after another, what is wanted first, with its reason and progress', () => {
    const plan = decided(fleet(...onDemandAlone), aPolicy(quiet));
    expect(exchanges(plan)).toEqual([`i-1 → ${A}/spot ${B}/spot`]);
    expect(plan.actions[0]?.reasons).toMatchObject([
      { code: 'restore', facts: { spot: 0, wanted: 3, toGo: 3 } },
    ]);
    expect(plan.actions[0]?.reasons[0]?.text).toContain('0 of 6 workers are spot, 3 are wanted');
    expect(codes(plan)).toEqual(['spot-share-off']);
  });

  it('is restored by on-demand where there is too much spot', () => {
    const plan = decided(
      fleet('A od', 'B od', 'A spot', 'B spot', 'A spot', 'B spot'),
      aPolicy({ spot: { percent: 0 } }),
    );
    expect(exchanges(plan)).toEqual([`i-3 → ${A}/on-demand ${B}/on-demand`]);
  });

  it('is left alone where the spot above it stays for the credits that it saves, but not where the policy wants none', () => {
    const nodes = fleet('A od', 'B od', 'A spot', 'B spot', 'A spot', 'B spot', 'A spot');
    const burst = { vcpus: 2, baselinePercentPerVcpu: 20, surplusUsdPerVcpuHour: 0.05 };
    const burstable = { offerings: offerings().map((offering) => ({ ...offering, burst })) };
    const share = (parts: Record<string, unknown>, more: Partial<Snapshot>) =>
      codes(decided(nodes, aPolicy({ ...quiet, ...parts }), more));
    expect(share({}, burstable)).toEqual([]);
    expect(share({}, {})).toEqual(['spot-share-off']);
    expect(share({ cost: { sizeByCredits: false } }, burstable)).toEqual(['spot-share-off']);
    expect(share({ spot: { percent: 0 } }, burstable)).toEqual(['spot-share-off']);
  });

  it('is refused while no spot can be bought, and the plan says what it is', () => {
    const without = offerings().filter(({ lifecycle }) => lifecycle === 'on-demand');
    const plan = decided(fleet(...onDemandAlone), aPolicy(quiet), { offerings: without });
    expect(exchanges(plan)).toEqual([]);
    expect(refusedTexts(plan)[0]).toContain('nothing that would have to come can be bought now');
    expect(codes(plan)).toEqual(['spot-share-off']);
  });

  it('is refused at the maximum, since what is wanted comes first', () => {
    const plan = decided(fleet(...onDemandAlone), aPolicy({ ...quiet, nodes: { max: 6 } }));
    expect(exchanges(plan)).toEqual([]);
    expect(refusedTexts(plan)[0]).toContain('at maximum capacity');
  });

  it('is refused where every worker that would have to go is protected', () => {
    const nodes = fleet(...onDemandAlone).map((node) => ({ ...node, doNotDisrupt: true }));
    expect(refusedTexts(decided(nodes, aPolicy(quiet)))[0]).toContain('is protected');
  });

  it('waits for the cooldown, an exchange under way, and a node that is to go', () => {
    const nodes = fleet(...onDemandAlone);
    const waits = (operations: Snapshot['operations']) =>
      exchanges(decided(nodes, aPolicy(quiet), { operations }));
    expect(waits([aRemoval({ step: 'removed', endedAtMs: NOW - 599_000 })])).toEqual([]);
    expect(waits([aLaunch({ step: 'launched', consolidates: ['i-1'], createdAtMs: NOW })])).toEqual([]);
    expect(waits([aRemoval({ step: 'removed', endedAtMs: NOW - 601_000 })])).toHaveLength(1);
  });
});

describe('what else the policy asks', () => {
  it('is a share within one worker, but the on-demand base and no spot to the last', () => {
    expect(codes(decided(fleet('A od', 'B od', 'A od', 'B od'), aPolicy(quiet)))).toEqual([]);
    expect(codes(decided(fleet('A od', 'B spot', 'A spot', 'B spot')))).toEqual(['spot-share-off']);
    const none = aPolicy({ spot: { percent: 0 } });
    expect(exchanges(decided(fleet('A od', 'B od', 'B spot'), none))).toEqual([
      `i-3 → ${A}/on-demand ${B}/on-demand`,
    ]);
  });

  it('is its types and zones: a worker of another is exchanged first', () => {
    const types = aPolicy({ ...quiet, instances: { types: ['t3a.small'] } });
    const allowed = offerings().filter(({ type }) => type === 't3a.small');
    const plan = decided(fleet('A od', 'B od', 'A spot'), types, { offerings: allowed });
    expect(codes(plan)).toEqual(['outside-policy']);
    expect(exchanges(plan)).toHaveLength(1);
    const zones = aPolicy({ ...quiet, instances: { zones: [A] } });
    const inA = offerings().filter(({ zone }) => zone === A);
    expect(exchanges(decided(fleet('A od', 'B od', 'A spot'), zones, { offerings: inA }))).toEqual([
      `i-2 → ${A}/on-demand`,
    ]);
  });

  it('is zones that are even, once the fleet has been calm for half an hour', () => {
    const nodes = fleet('A od', 'B od', 'A spot', 'A spot');
    const ended = (agoMs: number) => ({
      operations: [aLaunch({ step: 'ready', instanceId: 'i-4', endedAtMs: NOW - agoMs })],
    });
    const policy = aPolicy({ ...quiet, spot: { percent: 100 } });
    expect(exchanges(decided(nodes, policy, ended(1_801_000)))).toEqual([`i-3 → ${B}/spot`]);
    expect(codes(decided(nodes, policy, ended(1_799_000)))).toEqual([]);
  });

  it('is one worker in each zone: refused where the maximum leaves no room for one more', () => {
    const full = aPolicy({ ...quiet, nodes: { min: 2, max: 3 } });
    const plan = decided(fleet('A od', 'A od', 'A spot'), full);
    expect(codes(plan)[0]).toBe('zone-below-minimum');
    expect(refusedTexts(plan)[0]).toContain('at maximum capacity');
  });

  it('is nothing that is missing while the fleet is as it asks', () => {
    const plan = decided(fleet('A od', 'B od', 'A spot'));
    expect(plan).not.toHaveProperty('deviations');
    expect(refusedTexts(plan)).toEqual([]);
  });
});
