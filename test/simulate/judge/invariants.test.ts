import { describe, expect, it } from '@jest/globals';
import { type Node, STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import type { Operation } from '../../../src/model/operation.ts';
import type { ReasonCode } from '../../../src/model/reason-codes.ts';
import { TAG } from '../../../src/model/tags.ts';
import { policySchema } from '../../../src/policy/policy-schema.ts';
import { INVARIANTS } from '../../../src/simulate/judge/invariants.ts';
import { violationOfNoRetry } from '../../../src/simulate/judge/invariants/steady-state.ts';
import { emptyMemory } from '../../../src/simulate/judge/memory.ts';
import type { ObservedWorld, WorldWrite } from '../../../src/simulate/judge/observed-world.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { anObservedWorld, type ObservedWorldParts } from '../../builders/observed-world.ts';
import { aPod } from '../../builders/pod.ts';

const B = 'ap-southeast-1b';
const OLD_MS = 3_600_000;
const DIGEST = aLaunch().policy.digest;

function judge(number: number, observed: ObservedWorld, write?: WorldWrite): string | undefined {
  const invariant = INVARIANTS.find((i) => i.number === number);
  const memory = emptyMemory();
  return write === undefined
    ? invariant?.atCheck?.(observed, memory)
    : invariant?.atWrite?.(write, observed, memory);
}

const request = {
  clientToken: 't',
  operationId: 'op-1',
  offerings: [],
  tags: { [TAG.decision]: 'd-1', [TAG.policyDigest]: DIGEST },
};
const launched = { kind: 'launched', instance: anInstance(), request } as const;
const terminate = (id = 'i-2', zone = anInstance().zone) =>
  ({ kind: 'terminate', instance: anInstance({ id, zone }) }) as const;

describe('INVARIANTS', () => {
  it('1: counts instances that cost money against max', () => {
    expect(judge(1, anObservedWorld(), launched)).toBeUndefined();
    const instances = [
      ...anObservedWorld().instances,
      anInstance({ id: 'i-4', state: 'pending', operationId: 'op-d' }),
    ];
    expect(judge(1, anObservedWorld({ instances }), launched)).toContain('4 instances cost money');
  });

  it('1: does not count what can be seen nowhere while EC2 does not tell the truth', () => {
    const hidden = anInstance({ id: 'i-4', operationId: 'op-d' });
    const instances = [...anObservedWorld().instances, hidden];
    expect(judge(1, anObservedWorld({ instances, isFaulty: true }), launched)).toBeUndefined();
    const operations = [aLaunch({ id: 'op-d', step: 'intended' })];
    expect(judge(1, anObservedWorld({ instances, operations, isFaulty: true }), launched)).toContain(
      '4 instances',
    );
  });

  it('2: allows terminating down to min, counting what leaves already', () => {
    expect(judge(2, anObservedWorld(), terminate())).toBeUndefined();
    const operations = [aRemoval({ instanceId: 'i-1', step: 'draining' })];
    expect(judge(2, anObservedWorld({ operations }), terminate())).toContain('leaves 1 instances');
  });

  it('2: keeps the on-demand base', () => {
    const policy = policySchema.parse({ nodes: { min: 1, max: 3 }, spot: { onDemandBase: 3 } });
    const at = { policy, policyOf: () => policy };
    expect(judge(2, anObservedWorld(at), terminate())).toContain('leaves 2 on-demand instances');
    const spot = { kind: 'terminate', instance: anInstance({ id: 'i-2', lifecycle: 'spot' }) } as const;
    expect(judge(2, anObservedWorld(at), spot)).toBeUndefined();
  });

  it('2: does not blame the ending of what EC2 takes back or never became ready', () => {
    const operations = [aRemoval({ instanceId: 'i-1', step: 'draining' })];
    expect(judge(2, anObservedWorld({ operations, isNoticed: () => true }), terminate())).toBeUndefined();
    expect(judge(2, anObservedWorld({ operations, cluster: { nodes: [] } }), terminate())).toBeUndefined();
    const taints = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
    const nodes = [aNode({ name: 'i-2', taints })];
    expect(judge(2, anObservedWorld({ operations, cluster: { nodes } }), terminate())).toBeUndefined();
  });

  describe('3', () => {
    const law = INVARIANTS.find(({ number }) => number === 3)?.lasting;
    const findings = (observed: ObservedWorldParts) => [
      ...(law?.findings(anObservedWorld(observed)).keys() ?? []),
    ];
    const ours = anInstance({ id: 'i-9', operationId: 'op-9' });
    const silent = (name: string, minutes: number) =>
      aNode({ name, isReady: false, readyChangedAtMs: OLD_MS - minutes * 60_000 });

    it('wants every instance of ours to be a ready node or in somebody’s hands', () => {
      expect(findings({})).toEqual([]);
      expect(findings({ instances: [anInstance({ id: 'i-9' })] })).toEqual([]);
      expect(findings({ instances: [ours] })).toEqual(['i-9']);
      expect(findings({ instances: [ours], operations: [aLaunch({ instanceId: 'i-9' })] })).toEqual([]);
    });

    it('bears with it while nobody could do anything about it', () => {
      expect(findings({ instances: [ours], isFaulty: true })).toEqual([]);
      expect(findings({ instances: [ours], policy: policySchema.parse({ suspend: true }) })).toEqual([]);
    });

    it('bears with an unready node for as long as a join takes, several for half an hour, and while one is replaced', () => {
      const unready = (minutes: number, ...names: readonly string[]) => ({
        cluster: {
          nodes: anObservedWorld().cluster.nodes.map((n) =>
            names.includes(n.name) ? silent(n.name, minutes) : n,
          ),
        },
      });
      expect(findings(unready(5, 'i-2'))).toEqual([]);
      expect(findings(unready(6, 'i-2'))).toEqual(['i-2']);
      expect(findings(unready(30, 'i-2', 'i-3'))).toEqual([]);
      expect(findings(unready(31, 'i-2', 'i-3'))).toEqual(['i-2', 'i-3']);
      const operations = [aRemoval({ instanceId: 'i-3', isRepair: true })];
      expect(findings({ ...unready(31, 'i-2', 'i-3'), operations })).toEqual([]);
    });

    it('lets no Node be deleted before its machine is gone', () => {
      const write = { kind: 'delete-node', nodeName: 'i-2' } as const;
      const ended = anObservedWorld().instances.map((i) =>
        i.id === 'i-2' ? { ...i, state: 'shutting-down' as const } : i,
      );
      expect(judge(3, anObservedWorld(), write)).toContain('while its instance is running');
      expect(judge(3, anObservedWorld({ instances: ended }), write)).toBeUndefined();
    });
  });

  it('4: finds a second instance of one intent', () => {
    const twice = [anInstance({ operationId: 'op-1' }), anInstance({ id: 'i-2', operationId: 'op-1' })];
    expect(judge(4, anObservedWorld({ instances: twice }), launched)).toContain('i-1 and i-2');
    expect(judge(4, anObservedWorld(), launched)).toBeUndefined();
  });

  it.each([
    [{ disruption: 'never' as const }, 'annotation'],
    [{ owner: undefined }, 'make it again'],
    [{ namespace: 'kube-system' }, 'system'],
    [{ owner: { kind: 'StatefulSet', name: 'db', uid: 'u', replicas: 3 } }, 'StatefulSet'],
    [{ owner: { kind: 'Deployment', name: 'one', uid: 'u', replicas: 1 } }, 'only replica'],
    [{ hasLocalVolume: true }, 'lives on the node'],
  ])('5: protects a pod with %j, unless its node is lost', (parts, why) => {
    const write = { kind: 'evict', pod: aPod({ nodeName: 'i-1', ...parts }) } as const;
    expect(judge(5, anObservedWorld(), write)).toContain(why);
    expect(judge(5, anObservedWorld({ isNoticed: () => true }), write)).toBeUndefined();
  });

  it('5: lets an ordinary pod be evicted, and no instance be ended with pods on it', () => {
    const pod = aPod({ nodeName: 'i-2' });
    expect(judge(5, anObservedWorld(), { kind: 'evict', pod })).toBeUndefined();
    expect(judge(5, anObservedWorld({ cluster: { pods: [pod] } }), terminate())).toContain(
      'still runs on it',
    );
    expect(judge(5, anObservedWorld(), terminate())).toBeUndefined();
  });

  it('6: finds a cordon whose operation ended or never was', () => {
    const nodes = [aNode({ cordonedBy: { operationId: 'op-2', atMs: 0 } })];
    expect(judge(6, anObservedWorld({ cluster: { nodes }, operations: [aRemoval()] }))).toBeUndefined();
    const operations = [aRemoval({ step: 'aborted' })];
    expect(judge(6, anObservedWorld({ cluster: { nodes }, operations }))).toContain("'aborted'");
    expect(judge(6, anObservedWorld({ cluster: { nodes } }))).toContain('nobody knows');
  });

  it('7: keeps the last node of a zone while the fleet is large enough', () => {
    expect(judge(7, anObservedWorld(), terminate('i-3', B))).toContain(`last of zone ${B}`);
    expect(judge(7, anObservedWorld(), terminate())).toBeUndefined();
    expect(judge(7, anObservedWorld(), terminate('i-8', 'ap-southeast-1c'))).toBeUndefined();
    const policy = policySchema.parse({ nodes: { minPerZone: 0 } });
    expect(judge(7, anObservedWorld({ policy }), terminate('i-3', B))).toBeUndefined();
  });

  it('8: allows writes only with the lease', () => {
    const write = { kind: 'uncordon', nodeName: 'i-1' } as const;
    expect(judge(8, anObservedWorld(), write)).toBeUndefined();
    expect(judge(8, anObservedWorld({ isLeader: () => false }), write)).toContain('without the lease');
  });

  it('9: wants a reported decision and its policy behind every change', () => {
    const launch = { kind: 'launch', request } as const;
    expect(judge(9, anObservedWorld(), launch)).toBeUndefined();
    expect(judge(9, anObservedWorld({ decision: () => undefined }), launch)).toContain('never reported');
    const other = () => ({ digest: 'sha256:other', atMs: 0 });
    expect(judge(9, anObservedWorld({ decision: other }), launch)).toContain('sha256:other');
    expect(judge(9, anObservedWorld({ policyOf: () => undefined }), launch)).toContain('never accepted');
    expect(judge(9, anObservedWorld(), { kind: 'launch', request: { ...request, tags: {} } })).toContain(
      'no decision',
    );
    expect(judge(9, anObservedWorld(), terminate())).toContain('no decision asked');
    const operations = [aRemoval({ instanceId: 'i-2' })];
    expect(judge(9, anObservedWorld({ operations }), terminate())).toBeUndefined();
    const unheard = { kind: 'terminate', instance: anInstance({ id: 'i-9', operationId: 'op-1' }) } as const;
    expect(
      judge(9, anObservedWorld({ operations: [aLaunch({ id: 'op-1', step: 'undoing' })] }), unheard),
    ).toBeUndefined();
    expect(
      judge(9, anObservedWorld({ operations: [aLaunch({ id: 'op-1', step: 'ready' })] }), unheard),
    ).toContain('no decision asked');
    const cordon = { kind: 'cordon', nodeName: 'i-2', operationId: 'op-2' } as const;
    expect(judge(9, anObservedWorld({ operations }), cordon)).toBeUndefined();
    expect(judge(9, anObservedWorld(), cordon)).toContain('cordon i-2');
  });

  it('9: lets the last step of a removal be repeated for a moment after its end, for the answer may be lost', () => {
    const at = (endedAtMs: number, step: 'removed' | 'aborted' = 'removed') =>
      anObservedWorld({
        ended: () => [{ operation: aRemoval({ instanceId: 'i-2', step, endedAtMs }), atMs: 0 }],
      });
    expect(judge(9, at(OLD_MS - 1_000), terminate())).toBeUndefined();
    expect(judge(9, at(OLD_MS - 1_000), terminate('i-3'))).toContain('no decision asked');
    expect(judge(9, at(OLD_MS - 1_000, 'aborted'), terminate())).toContain('no decision asked');
    expect(judge(9, at(0), terminate())).toContain('no decision asked');
  });

  it('10: lets only a replacement that came to nothing before begin again when all is still', () => {
    const launch = { kind: 'launch', request } as const;
    const replacing = [aLaunch({ id: 'op-1', consolidates: ['i-2', 'i-3'] })];
    const before = (operation: Operation) => ({
      operations: replacing,
      ended: () => [{ operation, atMs: 0 }],
    });
    expect(violationOfNoRetry(launch, anObservedWorld({ operations: replacing }))).toBe(false);
    expect(
      violationOfNoRetry(launch, anObservedWorld(before(aLaunch({ id: 'op-0', consolidates: ['i-3'] })))),
    ).toBe(true);
    expect(
      violationOfNoRetry(launch, anObservedWorld(before(aLaunch({ id: 'op-0', consolidates: ['i-1'] })))),
    ).toBe(false);
    expect(
      violationOfNoRetry(launch, anObservedWorld(before(aRemoval({ nodeName: 'i-2', step: 'aborted' })))),
    ).toBe(true);
    expect(
      violationOfNoRetry(launch, anObservedWorld(before(aRemoval({ nodeName: 'i-2', step: 'removed' })))),
    ).toBe(false);
    const cordon = { kind: 'cordon', nodeName: 'i-2', operationId: 'op-2' } as const;
    const removal = (code: ReasonCode) => ({
      operations: [aRemoval({ id: 'op-2', reasons: [{ code, text: '' }] })],
    });
    expect(violationOfNoRetry(cordon, anObservedWorld(removal('replaced')))).toBe(true);
    expect(violationOfNoRetry(cordon, anObservedWorld(removal('low-load')))).toBe(false);
  });

  describe('11 and 12', () => {
    const cordon = { kind: 'cordon', nodeName: 'i-1', operationId: 'op-2' } as const;
    const going = (code: ReasonCode) => ({ operations: [aRemoval({ reasons: [{ code, text: '' }] })] });

    it('let nothing go for low load that is unknown, and anything else go', () => {
      const unknownLoadMs = () => 121_000;
      expect(judge(11, anObservedWorld(going('low-load')), cordon)).toBeUndefined();
      expect(judge(11, anObservedWorld({ ...going('low-load'), unknownLoadMs }), cordon)).toContain(
        'unknown for 121 s',
      );
      expect(
        judge(11, anObservedWorld({ ...going('above-maximum'), unknownLoadMs }), cordon),
      ).toBeUndefined();
    });

    it('let nothing go for low load while it is high', () => {
      expect(
        judge(11, anObservedWorld({ ...going('low-load'), cpuPercentAt: () => 44 }), cordon),
      ).toBeUndefined();
      expect(
        judge(11, anObservedWorld({ ...going('unneeded'), cpuPercentAt: () => 49 }), cordon),
      ).toBeUndefined();
      expect(
        judge(11, anObservedWorld({ ...going('low-load'), cpuPercentAt: () => undefined }), cordon),
      ).toBeUndefined();
      expect(judge(11, anObservedWorld({ ...going('low-load'), cpuPercentAt: () => 46 }), cordon)).toContain(
        '46 %',
      );
      expect(judge(11, anObservedWorld({ ...going('unneeded'), cpuPercentAt: () => 51 }), cordon)).toContain(
        '51 %',
      );
    });

    it('let nothing go for low load soon after growth or a removal, by a clock that nobody has set since', () => {
      const { shrinkAfterGrowthSeconds, shrinkAfterShrinkSeconds } = policySchema.parse({}).cooldown;
      const after = (operation: Operation, seconds: number, more: ObservedWorldParts = {}) => {
        const ended = () => [{ operation, atMs: OLD_MS - seconds * 1_000 }];
        return judge(12, anObservedWorld({ ...going('low-load'), ended, ...more }), cordon);
      };
      const grown = aLaunch({ step: 'ready', startsCooldown: true });
      const gone = aRemoval({ id: 'op-8', step: 'removed' });
      expect(after(grown, shrinkAfterGrowthSeconds - 70)).toContain("op-1 was 'ready'");
      expect(after(gone, shrinkAfterShrinkSeconds - 70)).toContain("op-8 was 'removed'");
      expect(after(gone, shrinkAfterShrinkSeconds - 70, { skewedAtMs: OLD_MS - 1_000 })).toBeUndefined();
      expect(after(gone, shrinkAfterShrinkSeconds - 70, going('above-maximum'))).toBeUndefined();
      expect(after(grown, shrinkAfterGrowthSeconds)).toBeUndefined();
      expect(after(aLaunch({ step: 'ready' }), 100)).toBeUndefined();
      expect(after(aRemoval({ step: 'aborted' }), 100)).toBeUndefined();
    });
  });

  describe('21', () => {
    const taints = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
    const byHand = anInstance({ id: 'i-9' });
    const world = (node: Node) =>
      anObservedWorld({
        instances: [...anObservedWorld().instances, byHand],
        cluster: { nodes: [...anObservedWorld().cluster.nodes, node] },
      });

    it.each<WorldWrite>([
      { kind: 'terminate', instance: byHand },
      { kind: 'stop', instance: byHand },
      { kind: 'cordon', nodeName: 'i-9', operationId: 'op-2' },
      { kind: 'admit-node', nodeName: 'i-9' },
      { kind: 'delete-node', nodeName: 'i-9' },
    ])('forbids $kind on a machine that somebody started', (write) => {
      expect(judge(21, world(aNode({ name: 'i-9', taints, isReady: false })), write)).toContain('by hand');
    });

    it('lets be removed what a person gave to the fleet, and what is ours', () => {
      expect(
        judge(21, world(aNode({ name: 'i-9' })), { kind: 'terminate', instance: byHand }),
      ).toBeUndefined();
      expect(
        judge(21, anObservedWorld(), { kind: 'cordon', nodeName: 'i-1', operationId: 'op-2' }),
      ).toBeUndefined();
    });

    it('10: bears with a minimum that machines of people leave no room for', () => {
      const rest = INVARIANTS.find(({ number }) => number === 10)?.atSteadyState;
      const nodes = [aNode(), aNode({ name: 'i-8', taints }), aNode({ name: 'i-9', taints })];
      const instances = [anInstance({ operationId: 'op-a' }), anInstance({ id: 'i-8' }), byHand];
      expect(rest?.(anObservedWorld({ instances, cluster: { nodes } }))).toBeUndefined();
      const less = { instances: instances.slice(0, 2), cluster: { nodes: nodes.slice(0, 2) } };
      expect(rest?.(anObservedWorld(less))).toContain('nodes.min is 2');
    });
  });
});
