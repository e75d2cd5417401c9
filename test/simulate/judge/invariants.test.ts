import { describe, expect, it } from '@jest/globals';
import { STARTUP_TAINT_KEY } from '../../../src/model/node.ts';
import { hasEnded, type Operation } from '../../../src/model/operation.ts';
import { TAG } from '../../../src/model/tags.ts';
import { policySchema } from '../../../src/policy/policy-schema.ts';
import { INVARIANTS } from '../../../src/simulate/judge/invariants.ts';
import { triesAgain } from '../../../src/simulate/judge/invariants/rest.ts';
import type { WorldSight, WorldWrite } from '../../../src/simulate/judge/world-sight.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../../builders/fleet.ts';
import { aPod } from '../../builders/pod.ts';

const B = 'ap-southeast-1b';
const OLD_MS = 3_600_000;
const DIGEST = aLaunch().policy.digest;

type SightParts = Partial<Omit<WorldSight, 'cluster' | 'operation' | 'unended'>> & {
  readonly cluster?: Partial<WorldSight['cluster']>;
  readonly operations?: readonly Operation[];
};

/** Three ready workers, two zones, nothing going on. */
function aSight({ cluster, operations = [], ...parts }: SightParts = {}): WorldSight {
  return {
    nowMs: OLD_MS,
    skewMs: 0,
    isTroubled: false,
    policy: policySchema.parse({ nodes: { min: 2, max: 3 } }),
    cluster: {
      nodes: [aNode(), aNode({ name: 'i-2' }), aNode({ name: 'i-3', zone: B })],
      pods: [],
      budgets: [],
      daemons: [],
      ...cluster,
    },
    instances: [
      anInstance({ operationId: 'op-a' }),
      anInstance({ id: 'i-2', operationId: 'op-b' }),
      anInstance({ id: 'i-3', zone: B, operationId: 'op-c' }),
    ],
    operation: (id) => operations.find((o) => o.id === id),
    unended: () => operations.filter((one) => !hasEnded(one)),
    decision: () => ({ digest: DIGEST, atMs: OLD_MS }),
    ended: () => [],
    unknownLoadMs: () => 0,
    cpuPercentAt: () => 10,
    skewedAtMs: 0,
    isLeader: () => true,
    policyOf: () => policySchema.parse({ nodes: { min: 2, max: 3 } }),
    isNoticed: () => false,
    ...parts,
  };
}

function judge(number: number, sight: WorldSight, write?: WorldWrite): string | undefined {
  const invariant = INVARIANTS.find((i) => i.number === number);
  return write === undefined ? invariant?.atLook?.(sight) : invariant?.atWrite?.(write, sight);
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
    expect(judge(1, aSight(), launched)).toBeUndefined();
    const instances = [
      ...aSight().instances,
      anInstance({ id: 'i-4', state: 'pending', operationId: 'op-d' }),
    ];
    expect(judge(1, aSight({ instances }), launched)).toContain('4 instances cost money');
  });

  it('1: does not count what can be seen nowhere while EC2 does not tell the truth', () => {
    const hidden = anInstance({ id: 'i-4', operationId: 'op-d' });
    const instances = [...aSight().instances, hidden];
    expect(judge(1, aSight({ instances, isTroubled: true }), launched)).toBeUndefined();
    const operations = [aLaunch({ id: 'op-d', step: 'intended' })];
    expect(judge(1, aSight({ instances, operations, isTroubled: true }), launched)).toContain('4 instances');
  });

  it('2: allows terminating down to min, counting what leaves already', () => {
    expect(judge(2, aSight(), terminate())).toBeUndefined();
    const operations = [aRemoval({ instanceId: 'i-1', step: 'draining' })];
    expect(judge(2, aSight({ operations }), terminate())).toContain('leaves 1 instances');
  });

  it('2: keeps the on-demand base', () => {
    const policy = policySchema.parse({ nodes: { min: 1, max: 3 }, spot: { onDemandBase: 3 } });
    const at = { policy, policyOf: () => policy };
    expect(judge(2, aSight(at), terminate())).toContain('leaves 2 on-demand instances');
    const spot = { kind: 'terminate', instance: anInstance({ id: 'i-2', lifecycle: 'spot' }) } as const;
    expect(judge(2, aSight(at), spot)).toBeUndefined();
  });

  it('2: does not blame the ending of what EC2 takes back or never became ready', () => {
    const operations = [aRemoval({ instanceId: 'i-1', step: 'draining' })];
    expect(judge(2, aSight({ operations, isNoticed: () => true }), terminate())).toBeUndefined();
    expect(judge(2, aSight({ operations, cluster: { nodes: [] } }), terminate())).toBeUndefined();
    const taints = [{ key: STARTUP_TAINT_KEY, value: '', effect: 'NoSchedule' as const }];
    const nodes = [aNode({ name: 'i-2', taints })];
    expect(judge(2, aSight({ operations, cluster: { nodes } }), terminate())).toBeUndefined();
  });

  describe('3', () => {
    const law = INVARIANTS.find(({ number }) => number === 3)?.lasting;
    const findings = (sight: SightParts) => [...(law?.findings(aSight(sight)).keys() ?? [])];
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
      expect(findings({ instances: [ours], isTroubled: true })).toEqual([]);
      expect(findings({ instances: [ours], policy: policySchema.parse({ suspend: true }) })).toEqual([]);
    });

    it('bears with an unready node for as long as a join takes, several for half an hour, and while one is replaced', () => {
      const unready = (minutes: number, ...names: readonly string[]) => ({
        cluster: {
          nodes: aSight().cluster.nodes.map((n) => (names.includes(n.name) ? silent(n.name, minutes) : n)),
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
      const ended = aSight().instances.map((i) =>
        i.id === 'i-2' ? { ...i, state: 'shutting-down' as const } : i,
      );
      expect(judge(3, aSight(), write)).toContain('while its instance is running');
      expect(judge(3, aSight({ instances: ended }), write)).toBeUndefined();
    });
  });

  it('4: finds a second instance of one intent', () => {
    const twice = [anInstance({ operationId: 'op-1' }), anInstance({ id: 'i-2', operationId: 'op-1' })];
    expect(judge(4, aSight({ instances: twice }), launched)).toContain('i-1 and i-2');
    expect(judge(4, aSight(), launched)).toBeUndefined();
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
    expect(judge(5, aSight(), write)).toContain(why);
    expect(judge(5, aSight({ isNoticed: () => true }), write)).toBeUndefined();
  });

  it('5: lets an ordinary pod be evicted, and no instance be ended with pods on it', () => {
    const pod = aPod({ nodeName: 'i-2' });
    expect(judge(5, aSight(), { kind: 'evict', pod })).toBeUndefined();
    expect(judge(5, aSight({ cluster: { pods: [pod] } }), terminate())).toContain('still runs on it');
    expect(judge(5, aSight(), terminate())).toBeUndefined();
  });

  it('6: finds a cordon whose operation ended or never was', () => {
    const nodes = [aNode({ cordonedBy: { operationId: 'op-2', atMs: 0 } })];
    expect(judge(6, aSight({ cluster: { nodes }, operations: [aRemoval()] }))).toBeUndefined();
    const operations = [aRemoval({ step: 'aborted' })];
    expect(judge(6, aSight({ cluster: { nodes }, operations }))).toContain("'aborted'");
    expect(judge(6, aSight({ cluster: { nodes } }))).toContain('nobody knows');
  });

  it('7: keeps the last node of a zone while the fleet is large enough', () => {
    expect(judge(7, aSight(), terminate('i-3', B))).toContain(`last of zone ${B}`);
    expect(judge(7, aSight(), terminate())).toBeUndefined();
    expect(judge(7, aSight(), terminate('i-8', 'ap-southeast-1c'))).toBeUndefined();
    const policy = policySchema.parse({ nodes: { minPerZone: 0 } });
    expect(judge(7, aSight({ policy }), terminate('i-3', B))).toBeUndefined();
  });

  it('8: allows writes only with the lease', () => {
    const write = { kind: 'uncordon', nodeName: 'i-1' } as const;
    expect(judge(8, aSight(), write)).toBeUndefined();
    expect(judge(8, aSight({ isLeader: () => false }), write)).toContain('without the lease');
  });

  it('9: wants a reported decision and its policy behind every change', () => {
    const launch = { kind: 'launch', request } as const;
    expect(judge(9, aSight(), launch)).toBeUndefined();
    expect(judge(9, aSight({ decision: () => undefined }), launch)).toContain('never reported');
    const other = () => ({ digest: 'sha256:other', atMs: 0 });
    expect(judge(9, aSight({ decision: other }), launch)).toContain('sha256:other');
    expect(judge(9, aSight({ policyOf: () => undefined }), launch)).toContain('never accepted');
    expect(judge(9, aSight(), { kind: 'launch', request: { ...request, tags: {} } })).toContain(
      'no decision',
    );
    expect(judge(9, aSight(), terminate())).toContain('no decision asked');
    const operations = [aRemoval({ instanceId: 'i-2' })];
    expect(judge(9, aSight({ operations }), terminate())).toBeUndefined();
    const unheard = { kind: 'terminate', instance: anInstance({ id: 'i-9', operationId: 'op-1' }) } as const;
    expect(
      judge(9, aSight({ operations: [aLaunch({ id: 'op-1', step: 'undoing' })] }), unheard),
    ).toBeUndefined();
    expect(judge(9, aSight({ operations: [aLaunch({ id: 'op-1', step: 'ready' })] }), unheard)).toContain(
      'no decision asked',
    );
    const cordon = { kind: 'cordon', nodeName: 'i-2', operationId: 'op-2' } as const;
    expect(judge(9, aSight({ operations }), cordon)).toBeUndefined();
    expect(judge(9, aSight(), cordon)).toContain('cordon i-2');
  });

  it('10: lets only a replacement that came to nothing before begin again when all is still', () => {
    const launch = { kind: 'launch', request } as const;
    const replacing = [aLaunch({ id: 'op-1', consolidates: ['i-2', 'i-3'] })];
    const before = (operation: Operation) => ({
      operations: replacing,
      ended: () => [{ operation, atMs: 0 }],
    });
    expect(triesAgain(launch, aSight({ operations: replacing }))).toBe(false);
    expect(triesAgain(launch, aSight(before(aLaunch({ id: 'op-0', consolidates: ['i-3'] }))))).toBe(true);
    expect(triesAgain(launch, aSight(before(aLaunch({ id: 'op-0', consolidates: ['i-1'] }))))).toBe(false);
    expect(triesAgain(launch, aSight(before(aRemoval({ nodeName: 'i-2', step: 'aborted' }))))).toBe(true);
    expect(triesAgain(launch, aSight(before(aRemoval({ nodeName: 'i-2', step: 'removed' }))))).toBe(false);
    const cordon = { kind: 'cordon', nodeName: 'i-2', operationId: 'op-2' } as const;
    const removal = (code: string) => ({
      operations: [aRemoval({ id: 'op-2', reasons: [{ code, text: '' }] })],
    });
    expect(triesAgain(cordon, aSight(removal('replaced')))).toBe(true);
    expect(triesAgain(cordon, aSight(removal('low-load')))).toBe(false);
  });

  describe('11 and 12', () => {
    const cordon = { kind: 'cordon', nodeName: 'i-1', operationId: 'op-2' } as const;
    const going = (code: string) => ({ operations: [aRemoval({ reasons: [{ code, text: '' }] })] });

    it('let nothing go for low load that is unknown, and anything else go', () => {
      const unknownLoadMs = () => 121_000;
      expect(judge(11, aSight(going('low-load')), cordon)).toBeUndefined();
      expect(judge(11, aSight({ ...going('low-load'), unknownLoadMs }), cordon)).toContain(
        'unknown for 121 s',
      );
      expect(judge(11, aSight({ ...going('above-maximum'), unknownLoadMs }), cordon)).toBeUndefined();
    });

    it('let nothing go for low load while it is high', () => {
      expect(judge(11, aSight({ ...going('low-load'), cpuPercentAt: () => 49 }), cordon)).toBeUndefined();
      expect(
        judge(11, aSight({ ...going('low-load'), cpuPercentAt: () => undefined }), cordon),
      ).toBeUndefined();
      expect(judge(11, aSight({ ...going('low-load'), cpuPercentAt: () => 51 }), cordon)).toContain('51 %');
    });

    it('let nothing go for low load soon after growth or a removal, by a clock that nobody has set since', () => {
      const { shrinkAfterGrowthSeconds, shrinkAfterShrinkSeconds } = policySchema.parse({}).cooldown;
      const after = (operation: Operation, seconds: number, more: SightParts = {}) => {
        const ended = () => [{ operation, atMs: OLD_MS - seconds * 1_000 }];
        return judge(12, aSight({ ...going('low-load'), ended, ...more }), cordon);
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
});
