import { describe, expect, it } from '@jest/globals';
import type { Operation } from '../../src/model/operation.ts';
import { TAG } from '../../src/model/tags.ts';
import { policySchema } from '../../src/policy/policy-schema.ts';
import { INVARIANTS } from '../../src/simulate/invariants.ts';
import type { WorldSight, WorldWrite } from '../../src/simulate/world-sight.ts';
import { aLaunch, aNode, anInstance, aRemoval } from '../builders/fleet.ts';
import { aPod } from '../builders/pod.ts';

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
    unended: () => operations,
    decisionDigest: () => DIGEST,
    isLeader: () => true,
    policyOf: () => undefined,
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

  it('2: allows terminating down to min, counting what leaves already', () => {
    expect(judge(2, aSight(), terminate())).toBeUndefined();
    const operations = [aRemoval({ instanceId: 'i-1', step: 'draining' })];
    expect(judge(2, aSight({ operations }), terminate())).toContain('leaves 1 instances');
  });

  it('2: does not blame the ending of what EC2 takes back or never became ready', () => {
    const operations = [aRemoval({ instanceId: 'i-1', step: 'draining' })];
    expect(judge(2, aSight({ operations, isNoticed: () => true }), terminate())).toBeUndefined();
    expect(judge(2, aSight({ operations, cluster: { nodes: [] } }), terminate())).toBeUndefined();
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

    it('bears with it while nobody could do anything about it, and the longer the more clocks are off', () => {
      expect(findings({ instances: [ours], isTroubled: true })).toEqual([]);
      expect(findings({ instances: [ours], policy: policySchema.parse({ suspend: true }) })).toEqual([]);
      expect(law?.atMostMs(aSight({ skewMs: -60_000 }))).toBe((law?.atMostMs(aSight()) ?? 0) + 60_000);
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
    expect(judge(9, aSight({ decisionDigest: () => undefined }), launch)).toContain('never reported');
    expect(judge(9, aSight({ decisionDigest: () => 'sha256:other' }), launch)).toContain('sha256:other');
    expect(judge(9, aSight(), { kind: 'launch', request: { ...request, tags: {} } })).toContain(
      'no decision',
    );
    expect(judge(9, aSight(), terminate())).toContain('no decision asked');
    const operations = [aRemoval({ instanceId: 'i-2' })];
    expect(judge(9, aSight({ operations }), terminate())).toBeUndefined();
    const cordon = { kind: 'cordon', nodeName: 'i-2', operationId: 'op-2' } as const;
    expect(judge(9, aSight({ operations }), cordon)).toBeUndefined();
    expect(judge(9, aSight(), cordon)).toContain('cordon i-2');
  });
});
