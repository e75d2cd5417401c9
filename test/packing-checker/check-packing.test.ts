import { describe, expect, it } from '@jest/globals';
import type { DaemonOverhead } from '../../src/model/daemon-overhead.ts';
import type { Offering } from '../../src/model/offering.ts';
import type { Pod, TopologySpread } from '../../src/model/pod.ts';
import { checkPacking, type PackingAnswer } from './check-packing.ts';
import { podOfShort, type ShortPod } from './short-pods.ts';

/*
 * The checker is what vouches for the packer, so it is itself put to the test: each case is a right answer, and the same
 * answer broken in one place, which must be told by the fault that was made.
 */

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const small: Offering = {
  type: 'small',
  zone: 'a',
  lifecycle: 'spot',
  arch: 'amd64',
  priceUsdPerHour: 0.1,
  allocatable: { cpuMillis: 1000, memoryMiB: 1000, pods: 3 },
};
const offerings: readonly Offering[] = [
  small,
  { ...small, zone: 'b' },
  { ...small, type: 'arm', arch: 'arm64', priceUsdPerHour: 0.2 },
  { ...small, type: 'unpriced', priceUsdPerHour: undefined },
];

const pod = (name: string, more: Partial<ShortPod> = {}) =>
  podOfShort({ name, cpuMilli: 100, memMi: 100, labels: { app: 'web' }, ...more });

/** Nodes `n1`, `n2`, … of the zones named, and bindings such as `a@n1`. */
function answer(zones: string, bindings: string, parts: Partial<PackingAnswer> = {}): PackingAnswer {
  const nodes = Array.from(zones, (zone, i) => {
    const of = zone === 'x' ? { type: 'arm', zone: 'a' } : { type: 'small', zone };
    return { id: `n${i + 1}`, ...of, lifecycle: 'spot' as const, priceUsdPerHour: zone === 'x' ? 0.2 : 0.1 };
  });
  return {
    nodes,
    bindings: bindings.split(' ').flatMap((text) => {
      const [name, node] = text.split('@');
      return name === undefined || node === undefined ? [] : [{ pod: name, node }];
    }),
    unplaced: [],
    costUsdPerHour: nodes.reduce((sum, node) => sum + node.priceUsdPerHour, 0),
    ...parts,
  };
}

const web = { app: 'web' };
const spread = (key: string, maxSkew = 1, sel = web) => [
  { key, maxSkew, sel, when: 'DoNotSchedule' as const },
];

describe('the checker tells', () => {
  const two = [pod('a'), pod('b')];
  const good = answer('a', 'a@n1 b@n1');

  it.each<readonly [string, PackingAnswer, string]>([
    ['a wrong sum', { ...good, costUsdPerHour: 0.2 }, 'the cost is said to be 0.2, the nodes cost 0.1'],
    ['a cost that is no number', { ...good, costUsdPerHour: Number.NaN }, 'the cost is said to be NaN'],
    ['a node of no offering', answer('c', 'a@n1 b@n1'), 'node n1 is of no offering'],
    [
      'a node at another price',
      {
        ...good,
        nodes: good.nodes.map((node) => ({ ...node, priceUsdPerHour: 0.05 })),
        costUsdPerHour: 0.05,
      },
      'node n1 is of no offering',
    ],
    [
      'a node of unknown price',
      {
        ...good,
        nodes: good.nodes.map((node) => ({ ...node, type: 'unpriced', priceUsdPerHour: undefined })),
      },
      'node n1 is of no offering',
    ],
    [
      'two nodes of one name',
      { ...good, nodes: [...good.nodes, ...good.nodes], costUsdPerHour: 0.2 },
      'n1 is there twice',
    ],
    ['a node without pods', answer('aa', 'a@n1 b@n1'), 'node n2 is bought for nothing'],
    ['a forgotten pod', answer('a', 'a@n1'), 'pod b is answered 0 times'],
    ['a pod bound twice', answer('aa', 'a@n1 b@n1 b@n2'), 'pod b is answered 2 times'],
    ['a pod that nobody asked for', answer('a', 'a@n1 b@n1 c@n1'), 'nobody asked for pod c'],
    ['a node that does not exist', answer('a', 'a@n1 b@n7'), 'b is put on n7, which is no node'],
    [
      'a pod left out that fits',
      answer('a', 'a@n1', { unplaced: [{ pod: 'b', reason: 'no' }] }),
      'pod b is left out, but fits n1',
    ],
    [
      'a missing reason',
      answer('a', 'a@n1', { unplaced: [{ pod: 'b', reason: '' }] }),
      'no reason is given for pod b',
    ],
  ])('%s', (_, broken, fault) => {
    expect(checkPacking({ pods: two, offerings }, good)).toEqual([]);
    expect(checkPacking({ pods: two, offerings }, broken)).toContainEqual(expect.stringContaining(fault));
  });

  it('too many nodes, and a pod left out that would only fit one more than allowed is right', () => {
    const pods = [pod('a', { cpuMilli: 900 }), pod('b', { cpuMilli: 900 })];
    const one = answer('a', 'a@n1', { unplaced: [{ pod: 'b', reason: 'full' }] });
    expect(checkPacking({ pods, offerings, maxNodes: 1 }, one)).toEqual([]);
    expect(checkPacking({ pods, offerings }, one)).toEqual([
      expect.stringContaining('b is left out, but fits a new node'),
    ]);
    expect(checkPacking({ pods, offerings, maxNodes: 1 }, answer('aa', 'a@n1 b@n2'))).toEqual([
      '2 nodes, 1 allowed',
    ]);
  });
});

describe('the checker replays', () => {
  const near = (sel: Readonly<Record<string, string>>, key = ZONE) => [{ key, sel }];
  const two = (more: Partial<ShortPod>) => ['a', 'b'].map((name) => pod(name, more));
  const three = (more: Partial<ShortPod>) => ['a', 'b', 'c'].map((name) => pod(name, more));
  const host = (pods: readonly Pod[]) => pods.map((one) => ({ ...one, hostPorts: ['80/TCP'] }));
  const onArm = { 'kubernetes.io/arch': 'arm64' };
  const overZones: TopologySpread = {
    topologyKey: ZONE,
    maxSkew: 1,
    selector: [{ key: 'app', operator: 'In', values: ['web'] }],
    whenUnsatisfiable: 'DoNotSchedule',
  };
  const guard = pod('g', { podAntiAffinity: near(web), labels: {} });
  const client = { labels: {}, podAffinity: near(web) };
  const db = { tier: 'db' };
  const atLeast3 = two({}).map((one) => ({
    ...one,
    topologySpread: [{ ...overZones, minDomains: 3, maxSkew: 1 }],
  }));
  const ofAllNodes = two({ nodeSelector: onArm }).map((one) => ({
    ...one,
    topologySpread: [{ ...overZones, nodeAffinityPolicy: 'Ignore' as const }],
  }));
  const inZoneB = [[[{ key: ZONE, operator: 'In' as const, values: ['b'] }]]];
  const both = [pod('a'), pod('b', { labels: db }), pod('c', { labels: { ...web, ...db } })];
  const seeker = { labels: {}, podAffinity: [...near(web), ...near(db)] };

  it.each<readonly [string, readonly Pod[], PackingAnswer, PackingAnswer, string]>([
    [
      'CPU',
      three({ cpuMilli: 400 }),
      answer('aa', 'a@n1 b@n1 c@n2'),
      answer('a', 'a@n1 b@n1 c@n1'),
      'cpu: 400 wanted, 200 free',
    ],
    [
      'memory',
      three({ memMi: 400 }),
      answer('aa', 'a@n1 b@n1 c@n2'),
      answer('a', 'a@n1 b@n1 c@n1'),
      'memory: 400 wanted',
    ],
    [
      'pod slots',
      [...three({}), pod('d')],
      answer('aa', 'a@n1 b@n1 c@n1 d@n2'),
      answer('a', 'a@n1 b@n1 c@n1 d@n1'),
      'pods: 1 wanted, 0 free',
    ],
    [
      'node selectors',
      three({ nodeSelector: onArm }),
      answer('x', 'a@n1 b@n1 c@n1'),
      answer('a', 'a@n1 b@n1 c@n1'),
      'node selector',
    ],
    [
      'host ports',
      host(two({})),
      answer('aa', 'a@n1 b@n2'),
      answer('a', 'a@n1 b@n1'),
      'host port 80/TCP is taken',
    ],
    [
      'zone spread',
      three({ spread: spread(ZONE) }),
      answer('abb', 'a@n1 b@n2 c@n3'),
      answer('abb', 'b@n2 c@n3 a@n1'),
      'b would be 2 above the fewest, 1 allowed',
    ],
    [
      'zone spread where a zone has no node',
      two({ spread: spread(ZONE) }),
      answer('ab', 'a@n1 b@n2'),
      answer('aa', 'a@n1 b@n2'),
      'a would be 2 above the fewest',
    ],
    [
      'spread over what the pod itself admits',
      two({ spread: spread(ZONE), nodeSelector: onArm }),
      answer('x', 'a@n1 b@n1'),
      answer('xb', 'a@n1 b@n2'),
      'node selector',
    ],
    [
      'minimal domains',
      atLeast3,
      answer('ab', 'a@n1 b@n2'),
      answer('aa', 'a@n1 b@n2'),
      'a would be 2 above the fewest',
    ],
    [
      'spread over nodes that the pod itself does not admit',
      ofAllNodes.slice(0, 1),
      answer('x', 'a@n1'),
      answer('a', 'a@n1'),
      'node selector',
    ],
    [
      'volumes',
      two({}).map((one) => ({ ...one, volumeNodes: inZoneB })),
      answer('b', 'a@n1 b@n1'),
      answer('a', 'a@n1 b@n1'),
      'volume lies elsewhere',
    ],
    [
      'hostname spread',
      two({ spread: spread(HOST) }),
      answer('aa', 'a@n1 b@n2'),
      answer('a', 'a@n1 b@n1'),
      'n1 would be 2 above the fewest',
    ],
    [
      'affinity',
      [pod('a'), pod('b', client)],
      answer('a', 'a@n1 b@n1'),
      answer('ab', 'a@n1 b@n2'),
      'no such pod in topology.kubernetes.io/zone b',
    ],
    [
      'affinity to one pod that is all it asks for',
      [...both, pod('d', seeker)],
      answer('aa', 'c@n1 a@n1 b@n2 d@n2'),
      answer('aa', 'a@n1 b@n2 d@n2 c@n1'),
      'no such pod in topology.kubernetes.io/zone a',
    ],
    [
      'affinity in its order',
      [pod('a'), pod('b', client)],
      answer('a', 'a@n1 b@n1'),
      answer('a', 'b@n1 a@n1'),
      'no such pod in',
    ],
    [
      'affinity to itself',
      three({ podAffinity: near(web) }),
      answer('a', 'a@n1 b@n1 c@n1'),
      answer('ab', 'a@n1 b@n2 c@n2'),
      'no such pod in topology.kubernetes.io/zone b',
    ],
    [
      'anti-affinity',
      three({ podAntiAffinity: near(web, HOST) }),
      answer('aaa', 'a@n1 b@n2 c@n3'),
      answer('aa', 'a@n1 b@n2 c@n2'),
      'has anti-affinity to it',
    ],
    [
      'anti-affinity of those that came before',
      [guard, pod('a')],
      answer('ab', 'g@n1 a@n2'),
      answer('aa', 'g@n1 a@n2'),
      'a pod in topology.kubernetes.io/zone a has anti-affinity to it',
    ],
    [
      'anti-affinity to those that came before',
      [guard, pod('a')],
      answer('ab', 'a@n2 g@n1'),
      answer('aa', 'a@n2 g@n1'),
      'it has anti-affinity to a pod in topology.kubernetes.io/zone a',
    ],
  ])('%s', (...[, pods, right, wrong, fault]) => {
    expect(checkPacking({ pods, offerings }, right)).toEqual([]);
    expect(checkPacking({ pods, offerings }, wrong)).toContainEqual(expect.stringContaining(fault));
  });

  it('spread that ignores what the pod itself admits', () => {
    // Zone b counts, though the pod may not go there: a second one in zone a would be 2 above it.
    const one = answer('x', 'a@n1', { unplaced: [{ pod: 'b', reason: 'spread' }] });
    expect(checkPacking({ pods: ofAllNodes, offerings }, one)).toEqual([]);
    expect(checkPacking({ pods: ofAllNodes, offerings }, answer('x', 'a@n1 b@n1'))).toEqual([
      expect.stringContaining('a would be 2 above the fewest'),
    ]);
  });

  it('three domains that are not there count as none', () => {
    const pods = [...atLeast3, { ...pod('c'), topologySpread: atLeast3[0]?.topologySpread ?? [] }];
    expect(checkPacking({ pods, offerings }, answer('ab', 'a@n1 b@n2 c@n2'))).toEqual([
      expect.stringContaining('b would be 2 above the fewest, 1 allowed'),
    ]);
  });

  it('what DaemonSets take of the nodes that they select', () => {
    const daemon: DaemonOverhead = {
      name: 'system/logs',
      namespace: 'system',
      labels: {},
      requests: { cpuMillis: 850, memoryMiB: 10, pods: 1 },
      hostPorts: ['80/TCP'],
      nodeSelector: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] }],
      nodeAffinityTerms: [],
      tolerations: [],
    };
    const task = { pods: two({}), offerings, daemons: [daemon] };
    expect(checkPacking(task, answer('a', 'a@n1 b@n1'))).toEqual([]);
    expect(checkPacking(task, answer('x', 'a@n1 b@n1'))).toEqual([
      expect.stringContaining('b may not be put on n1: cpu: 100 wanted, 50 free'),
    ]);
    expect(checkPacking({ ...task, pods: host([pod('a')]) }, answer('x', 'a@n1'))).toEqual([
      expect.stringContaining('host port 80/TCP is taken'),
    ]);
  });
});
