import { describe, expect, it } from '@jest/globals';
import type { Pod, TopologySpread } from '../../src/model/pod.ts';
import { type Resources, subtractResources } from '../../src/model/resources.ts';
import { selectorOf } from '../../src/model/selector.ts';
import type { Taint } from '../../src/model/taint.ts';
import { buyableNode } from '../../src/packing/model/buyable-node.ts';
import type { PresentNode } from '../../src/packing/model/nodes.ts';
import { type DrainableNode, DrainSimulation } from '../../src/packing/rehearsal/drain-simulation.ts';
import { solve } from '../../src/packing/solve.ts';
import { aDaemon } from '../builders/daemon.ts';
import { anOffering, SMALL } from '../builders/fleet.ts';
import { aPod, type PodParts } from '../builders/pod.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const web = selectorOf({ app: 'web' });

interface NodeParts {
  readonly zone?: string;
  readonly labels?: Record<string, string>;
  readonly taints?: readonly Taint[];
  readonly isOpen?: boolean;
  readonly allocatable?: Resources;
  readonly pods?: readonly Pod[];
  readonly daemonPorts?: readonly string[];
}

function node(id: string, parts: NodeParts = {}): PresentNode {
  const { zone = 'a', labels = {}, taints = [], allocatable = SMALL, pods: existing = [] } = parts;
  return {
    place: {
      id,
      labels: { [HOST]: id, [ZONE]: zone, ...labels },
      taints,
      hostPorts: parts.daemonPorts ?? [],
    },
    isOpen: parts.isOpen ?? true,
    free: existing.map((pod) => pod.requests).reduce(subtractResources, allocatable),
    pods: existing,
  };
}

function pods(count: number, parts: PodParts = {}): Pod[] {
  return Array.from({ length: count }, (_, i) => aPod({ name: `p${i}`, ...parts }));
}

/** Where the pods went, `pod@node`, and the number that went nowhere. */
function pack(present: readonly PresentNode[], waiting: readonly Pod[]) {
  const { placements, unplaced } = solve({ pods: waiting, present, buyable: [], maxNewNodes: 0 });
  const at = placements.map(({ pod, presentNode }) => `${pod.name}@${present[presentNode ?? -1]?.place.id}`);
  return { at: at.sort(), left: unplaced.length };
}

describe('packing onto nodes that are there', () => {
  it('puts each pod where it leaves least, the largest first', () => {
    const waiting = [
      aPod({ name: 'small', cpu: 900 }),
      aPod({ name: 'large', cpu: 1200 }),
      ...pods(1, { cpu: 1000 }),
    ];
    expect(pack([node('x'), node('y')], waiting)).toEqual({ at: ['large@x', 'p0@y', 'small@y'], left: 0 });
  });

  it('counts extended resources and pod slots', () => {
    const gpu = { requests: { cpuMillis: 1, memoryMiB: 1, pods: 1, extended: { 'nvidia.com/gpu': 1 } } };
    const withGpu = node('g', { allocatable: { ...SMALL, extended: { 'nvidia.com/gpu': 2 } } });
    expect(pack([node('x'), withGpu], pods(3, gpu))).toEqual({ at: ['p0@g', 'p1@g'], left: 1 });
    expect(pack([node('x', { allocatable: { ...SMALL, pods: 2 } })], pods(3))).toMatchObject({ left: 1 });
  });

  it('puts a pod that asks for no memory on a node that has less than none left, as the scheduler does', () => {
    const overfull = [node('x', { pods: [aPod({ name: 'old', memory: SMALL.memoryMiB + 1 })] })];
    expect(pack(overfull, pods(1, { memory: 0 })).left).toBe(0);
    expect(pack(overfull, pods(1, { memory: 1 })).left).toBe(1);
  });

  it('respects selectors, alternatives of node affinity and taints', () => {
    const fast = node('fast', { labels: { disk: 'ssd' } });
    expect(pack([node('x'), fast], pods(1, { nodeSelector: selectorOf({ disk: 'ssd' }) })).at).toEqual([
      'p0@fast',
    ]);
    const either = [selectorOf({ disk: 'hdd' }), selectorOf({ disk: 'ssd' })];
    expect(pack([node('x'), fast], pods(1, { nodeAffinityTerms: either })).at).toEqual(['p0@fast']);
    const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' as const }];
    expect(pack([node('t', { taints })], pods(1)).left).toBe(1);
    const tolerations = [{ key: 'gpu', operator: 'Exists' as const }];
    expect(pack([node('t', { taints })], pods(1, { tolerations })).left).toBe(0);
  });

  it('ties pods to where all of their volumes can be used', () => {
    const present = [node('x'), node('y', { zone: 'b' })];
    const inZone = (zone: string) => [selectorOf({ [ZONE]: zone })];
    const onHost = (host: string) => [selectorOf({ [HOST]: host })];
    expect(pack(present, pods(1, { volumeNodes: [inZone('b')] })).at).toEqual(['p0@y']);
    expect(pack(present, pods(1, { volumeNodes: [onHost('y')] })).at).toEqual(['p0@y']);
    expect(
      pack(present, pods(1, { volumeNodes: [[...inZone('a'), ...inZone('b')], onHost('y')] })).at,
    ).toEqual(['p0@y']);
    expect(pack(present, pods(1, { volumeNodes: [inZone('a'), onHost('y')] })).left).toBe(1);
    expect(pack(present, pods(1, { volumeNodes: [inZone('c')] })).left).toBe(1);
  });

  it('gives a host port to one pod of a node, to none where a DaemonSet or a pod there holds it', () => {
    expect(pack([node('x'), node('y')], pods(3, { hostPorts: ['80/TCP'] }))).toMatchObject({ left: 1 });
    const held = [
      node('x', { daemonPorts: ['80/TCP'] }),
      node('y', { pods: pods(1, { hostPorts: ['80/TCP'] }) }),
    ];
    expect(pack(held, pods(1, { hostPorts: ['80/TCP'] })).left).toBe(1);
    expect(pack(held, pods(1, { hostPorts: ['80/UDP'] })).left).toBe(0);
  });

  it('takes off a node to be bought what DaemonSets that run there will use', () => {
    const agent = aDaemon({
      requests: { cpuMillis: 1000, memoryMiB: 32, pods: 1 },
      hostPorts: ['80/TCP'],
      nodeSelector: selectorOf({ [ZONE]: 'b' }),
    });
    const buy = (zone: string, wanted: PodParts) => {
      const buyable = [buyableNode(anOffering({ zone }), [agent], 1)];
      return solve({ pods: pods(1, wanted), present: [], buyable, maxNewNodes: 9 }).unplaced.length;
    };
    expect([buy('a', { cpu: 1000 }), buy('b', { cpu: 1000 })]).toEqual([0, 1]);
    expect([buy('a', { hostPorts: ['80/TCP'] }), buy('b', { hostPorts: ['80/TCP'] })]).toEqual([0, 1]);
  });

  it('leaves closed nodes alone', () => {
    expect(pack([node('x', { isOpen: false })], pods(1)).left).toBe(1);
  });
});

describe('topology', () => {
  it('keeps pods with anti-affinity apart, whichever of the two states it', () => {
    const antiAffinity = [{ topologyKey: HOST, selector: web, namespaces: ['default'] }];
    const two = [node('x'), node('y')];
    expect(pack(two, pods(3, { podAntiAffinity: antiAffinity }))).toEqual({ at: ['p0@x', 'p1@y'], left: 1 });
    const fromAll = [{ topologyKey: HOST, selector: web, namespaces: ['*'] }];
    expect(pack(two, pods(3, { podAntiAffinity: fromAll })).left).toBe(1);
    const guard = aPod({ labels: { app: 'db' }, podAntiAffinity: antiAffinity });
    expect(pack([node('x', { pods: [guard] }), node('y')], pods(1)).at).toEqual(['p0@y']);
    const inZone = [{ topologyKey: ZONE, selector: web, namespaces: ['default'] }];
    const zoneGuard = aPod({ labels: { app: 'db' }, podAntiAffinity: inZone });
    const three = [node('x', { pods: [zoneGuard] }), node('y'), node('z', { zone: 'b' })];
    expect(pack(three, pods(1)).at).toEqual(['p0@z']);
  });

  it('puts pods with affinity where their company is, and the first of a self-seeking set anywhere', () => {
    const affinity = [{ topologyKey: ZONE, selector: web, namespaces: ['default'] }];
    const seeded = [node('x'), node('y', { zone: 'b', pods: [aPod()] })];
    expect(pack(seeded, pods(1, { podAffinity: affinity, labels: { app: 'client' } })).at).toEqual(['p0@y']);
    expect(pack([node('x'), node('y', { zone: 'b' })], pods(2, { podAffinity: affinity })).at).toEqual([
      'p0@x',
      'p1@x',
    ]);
    expect(pack([node('x')], pods(1, { podAffinity: affinity, labels: {} })).left).toBe(1);
  });

  it('counts for affinity only pods that match all of its terms', () => {
    const both = [web, selectorOf({ tier: 'front' })].map((selector) => {
      return { topologyKey: ZONE, selector, namespaces: ['default'] };
    });
    const wanted = pods(1, { podAffinity: both, labels: { app: 'client' } });
    expect(pack([node('x', { pods: [aPod(), aPod({ labels: { tier: 'front' } })] })], wanted).left).toBe(1);
    expect(pack([node('x', { pods: [aPod({ labels: { app: 'web', tier: 'front' } })] })], wanted).left).toBe(
      0,
    );
  });

  const spread: TopologySpread = {
    topologyKey: ZONE,
    maxSkew: 1,
    selector: web,
    whenUnsatisfiable: 'DoNotSchedule',
  };

  it('spreads over zones within the skew, counting what stands there', () => {
    const present = [node('x'), node('y', { zone: 'b' })];
    expect(pack(present, pods(4, { topologySpread: [spread] })).at).toEqual(['p0@x', 'p1@y', 'p2@x', 'p3@y']);
    const uneven = [node('x', { pods: pods(2) }), node('y', { zone: 'b' })];
    expect(pack(uneven, pods(2, { topologySpread: [spread] })).at).toEqual(['p0@y', 'p1@y']);
  });

  it('refuses what would break the skew, and ignores a spread that only prefers', () => {
    const full = [node('x'), node('y', { zone: 'b', isOpen: false })];
    expect(pack(full, pods(2, { topologySpread: [spread] })).left).toBe(1);
    const may = [{ ...spread, whenUnsatisfiable: 'ScheduleAnyway' as const }];
    expect(pack(full, pods(2, { topologySpread: may })).left).toBe(0);
  });

  it('counts no pod that is being deleted for spread', () => {
    const leaving = pods(1, { deletionRequestedAtMs: 1 });
    const present = [node('x', { pods: leaving }), node('y', { zone: 'b', isOpen: false })];
    expect(pack(present, pods(1, { topologySpread: [spread] })).left).toBe(0);
  });

  it('takes the fewest for none while there are fewer domains than asked for', () => {
    const present = [node('x'), node('y', { zone: 'b' })];
    const three = [{ ...spread, minDomains: 3 }];
    expect(pack(present, pods(4, { topologySpread: three })).left).toBe(2);
  });

  it('counts the nodes that the policies of the spread say', () => {
    const other = node('y', { zone: 'b', labels: { disk: 'hdd' }, isOpen: false });
    const ssd = node('x', { labels: { disk: 'ssd' } });
    const only = { nodeSelector: selectorOf({ disk: 'ssd' }) };
    expect(pack([ssd, other], pods(3, { ...only, topologySpread: [spread] })).left).toBe(0);
    const all = [{ ...spread, nodeAffinityPolicy: 'Ignore' as const }];
    expect(pack([ssd, other], pods(3, { ...only, topologySpread: all })).left).toBe(2);
    const tainted = node('t', { zone: 'c', taints: [{ key: 'k', value: '', effect: 'NoSchedule' }] });
    expect(pack([node('x'), tainted], pods(3, { topologySpread: [spread] })).left).toBe(2);
    const untainted = [{ ...spread, nodeTaintsPolicy: 'Honor' as const }];
    expect(pack([node('x'), tainted], pods(3, { topologySpread: untainted })).left).toBe(0);
  });

  it('lets pods that spread over hostnames share nodes evenly where no other node can come', () => {
    const byHost = [{ ...spread, topologyKey: HOST }];
    expect(pack([node('x'), node('y')], pods(4, { topologySpread: byHost })).left).toBe(0);
    expect(pack([node('x'), node('y', { isOpen: false })], pods(2, { topologySpread: byHost })).left).toBe(1);
  });
});

describe('what pods prefer', () => {
  const affinity = (topologyKey: string, weight: number) => {
    return { topologyKey, selector: selectorOf({ app: 'db' }), namespaces: ['default'], weight };
  };
  const db = aPod({ name: 'db', labels: { app: 'db' } });

  it('decides between nodes that cost the same, whatever room they have', () => {
    const tight = node('tight', { allocatable: { ...SMALL, cpuMillis: 200 } });
    const fast = node('fast', { labels: { disk: 'ssd' } });
    const prefers = { preferredNodes: [{ selector: selectorOf({ disk: 'ssd' }), weight: 1 }] };
    expect(pack([tight, fast], pods(1)).at).toEqual(['p0@tight']);
    expect(pack([tight, fast], pods(1, prefers)).at).toEqual(['p0@fast']);
  });

  it('picks among offers of one price, and buys no dearer one', () => {
    const prefers = {
      preferredNodes: [{ selector: selectorOf({ 'kubernetes.io/arch': 'arm64' }), weight: 100 }],
    };
    const archFor = (armPrice: number) => {
      const offers = [
        anOffering(),
        anOffering({ type: 't4g.small', arch: 'arm64', priceUsdPerHour: armPrice }),
      ];
      const buyable = offers.map((offering) => buyableNode(offering, [], offering.priceUsdPerHour ?? 0));
      return solve({ pods: pods(2, prefers), present: [], buyable, maxNewNodes: 9 }).newNodes.map(
        ({ offering }) => offering.arch,
      );
    };
    expect(archFor(0.0264)).toEqual(['arm64']);
    expect(archFor(0.03)).toEqual(['amd64']);
  });

  it('draws pods to others, or away from them, by zone and by node', () => {
    const present = [node('x'), node('y', { zone: 'b', pods: [db] })];
    expect(pack(present, pods(1, { preferredPods: [affinity(ZONE, 50)] })).at).toEqual(['p0@y']);
    expect(pack(present, pods(1, { preferredPods: [affinity(ZONE, -50)] })).at).toEqual(['p0@x']);
    const sameZone = [node('x'), node('y', { pods: [db] })];
    expect(pack(sameZone, pods(1, { preferredPods: [affinity(HOST, 50)] })).at).toEqual(['p0@y']);
    expect(pack(sameZone, pods(1, { preferredPods: [affinity(HOST, -50)] })).at).toEqual(['p0@x']);
  });

  it('spreads where it is only preferred, and never leaves a pod out for it', () => {
    const whenUnsatisfiable = 'ScheduleAnyway' as const;
    const may = [{ topologyKey: ZONE, maxSkew: 1, selector: web, whenUnsatisfiable }];
    const present = [node('x'), node('y', { zone: 'b' })];
    expect(pack(present, pods(4, { topologySpread: may })).at).toEqual(['p0@x', 'p1@y', 'p2@x', 'p3@y']);
    expect(pack([node('x')], pods(4, { topologySpread: may })).left).toBe(0);
  });
});

describe('emptying nodes one after another', () => {
  const emptiable = (id: string, movable: readonly Pod[], parts: NodeParts = {}): DrainableNode => {
    return { ...node(id, parts), movable };
  };
  const one = (name: string, cpu: number, parts: PodParts = {}) => [aPod({ name, cpu, ...parts })];

  it('says which pods find no other place, and leaves all as it was', () => {
    const emptying = new DrainSimulation([
      emptiable('x', one('big', 1500)),
      emptiable('y', one('small', 500)),
    ]);
    expect(emptying.simulateDrain('x')?.map(({ name }) => name)).toEqual(['big']);
    expect(emptying.simulateDrain('x')?.map(({ name }) => name)).toEqual(['big']);
    expect(emptying.simulateDrain('none')).toBeUndefined();
  });

  it('counts with the pods that moved before, and moves nothing onto a node that is gone', () => {
    const emptying = new DrainSimulation([
      emptiable('x', one('a', 600)),
      emptiable('y', one('b', 600)),
      emptiable('z', one('c', 600)),
      emptiable('w', one('d', 1900)),
    ]);
    expect(emptying.simulateDrain('x')).toEqual([]);
    expect(emptying.simulateDrain('y')).toEqual([]);
    expect(
      emptying
        .simulateDrain('z')
        ?.map(({ name }) => name)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
  });

  it('keeps the rules between pods, those of the moved ones and of those that stay', () => {
    const antiAffinity = [{ topologyKey: HOST, selector: web, namespaces: ['default'] }];
    const lonely = { podAntiAffinity: antiAffinity };
    const two = [emptiable('x', one('a', 100, lonely)), emptiable('y', one('b', 100, lonely))];
    expect(new DrainSimulation(two).simulateDrain('x')).toHaveLength(1);
    expect(new DrainSimulation([...two, emptiable('z', [])]).simulateDrain('x')).toEqual([]);
    const guard = aPod({ name: 'g', labels: { app: 'db' }, podAntiAffinity: antiAffinity });
    expect(
      new DrainSimulation([
        emptiable('x', one('a', 100)),
        emptiable('y', [], { pods: [guard] }),
      ]).simulateDrain('x'),
    ).toHaveLength(1);
  });
});
