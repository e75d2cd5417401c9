import { describe, expect, it } from '@jest/globals';
import { aBin, type BinParts } from '../../../src/decide/packing/bin.ts';
import { Board } from '../../../src/decide/packing/board.ts';
import { firstFit } from '../../../src/decide/packing/first-fit.ts';
import { groupPods } from '../../../src/decide/packing/groups.ts';
import type { Pod } from '../../../src/model/pod.ts';
import { selectorOf } from '../../../src/model/selector.ts';
import { aDaemon } from '../../builders/daemon.ts';
import { SMALL } from '../../builders/fleet.ts';
import { aPod, type PodParts } from '../../builders/pod.ts';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const web = selectorOf({ app: 'web' });

type TestBin = Omit<Partial<BinParts>, 'labels'> & {
  readonly zone?: string;
  readonly labels?: Record<string, string>;
};

function bin(id: string, { zone = 'a', labels = {}, ...parts }: TestBin = {}) {
  return aBin({ id, labels: { [HOST]: id, [ZONE]: zone, ...labels }, allocatable: SMALL, ...parts });
}

function board(...bins: ReturnType<typeof bin>[]): Board {
  const made = new Board();
  for (const one of bins) made.addBin(one);
  return made;
}

function pods(count: number, parts: PodParts = {}): Pod[] {
  return Array.from({ length: count }, (_, i) => aPod({ name: `p${i}`, ...parts }));
}

/** Where the pods went, `pod@bin`, and the number that went nowhere. */
function pack(on: Board, waiting: readonly Pod[]) {
  const { placed, unplaced } = firstFit(on, groupPods(waiting, SMALL));
  return { at: placed.map(({ pod, bin: where }) => `${pod.name}@${where.id}`).sort(), left: unplaced.length };
}

describe('the packer', () => {
  it('fills one bin after another, the largest pods first', () => {
    const waiting = [
      aPod({ name: 'small', cpu: 900 }),
      aPod({ name: 'large', cpu: 1000 }),
      ...pods(1, { cpu: 1200 }),
    ];
    expect(pack(board(bin('x'), bin('y')), waiting)).toEqual({ at: ['large@y', 'p0@x', 'small@y'], left: 0 });
  });

  it('counts extended resources, pod slots and what DaemonSets take', () => {
    const gpu = { requests: { cpuMillis: 1, memoryMiB: 1, pods: 1, extended: { 'nvidia.com/gpu': 1 } } };
    const withGpu = bin('g', { allocatable: { ...SMALL, extended: { 'nvidia.com/gpu': 2 } } });
    expect(pack(board(bin('x'), withGpu), pods(3, gpu))).toEqual({ at: ['p0@g', 'p1@g'], left: 1 });
    expect(pack(board(bin('x', { allocatable: { ...SMALL, pods: 2 } })), pods(3))).toMatchObject({ left: 1 });
    const daemons = [
      aDaemon({ requests: { cpuMillis: 1000, memoryMiB: 0, pods: 1 }, hostPorts: ['80/TCP'] }),
    ];
    const made = () => board(bin('x', { daemons }));
    expect(pack(made(), pods(1, { cpu: 1000 }))).toMatchObject({ left: 1 });
    expect(pack(made(), pods(1, { hostPorts: ['80/TCP'] }))).toMatchObject({ left: 1 });
  });

  it('respects selectors, alternatives of node affinity and taints', () => {
    const fast = bin('fast', { labels: { disk: 'ssd' } });
    expect(pack(board(bin('x'), fast), pods(1, { nodeSelector: selectorOf({ disk: 'ssd' }) })).at).toEqual([
      'p0@fast',
    ]);
    const either = [selectorOf({ disk: 'hdd' }), selectorOf({ disk: 'ssd' })];
    expect(pack(board(bin('x'), fast), pods(1, { nodeAffinityTerms: either })).at).toEqual(['p0@fast']);
    const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' as const }];
    expect(pack(board(bin('t', { taints })), pods(1)).left).toBe(1);
    const tolerations = [{ key: 'gpu', operator: 'Exists' as const }];
    expect(pack(board(bin('t', { taints })), pods(1, { tolerations })).left).toBe(0);
  });

  it('ties pods to the zones or nodes of their volumes', () => {
    const bins = () => board(bin('x'), bin('y', { zone: 'b' }));
    const inB = [selectorOf({ [ZONE]: 'b' })];
    expect(pack(bins(), pods(1, { volumeNodes: [inB] })).at).toEqual(['p0@y']);
    expect(pack(bins(), pods(1, { volumeNodes: [[selectorOf({ [HOST]: 'y' })]] })).at).toEqual(['p0@y']);
    expect(pack(bins(), pods(1, { volumeNodes: [[selectorOf({ [ZONE]: 'c' }), ...inB]] })).at).toEqual([
      'p0@y',
    ]);
    expect(pack(bins(), pods(1, { volumeNodes: [inB, [selectorOf({ [ZONE]: 'a' })]] })).left).toBe(1);
  });

  it('gives a host port to one pod of a node', () => {
    expect(pack(board(bin('x'), bin('y')), pods(3, { hostPorts: ['TCP/80'] }))).toMatchObject({ left: 1 });
  });

  it('leaves closed bins alone', () => {
    expect(pack(board(bin('x', { isOpen: false })), pods(1)).left).toBe(1);
  });
});

describe('topology', () => {
  it('keeps pods with anti-affinity apart, whichever of the two states it', () => {
    const apart = [{ topologyKey: HOST, selector: web, namespaces: ['default'] }];
    expect(pack(board(bin('x'), bin('y')), pods(3, { podAntiAffinity: apart }))).toEqual({
      at: ['p0@x', 'p1@y'],
      left: 1,
    });
    const fromAll = [{ topologyKey: HOST, selector: web, namespaces: ['*'] }];
    expect(pack(board(bin('x'), bin('y')), pods(3, { podAntiAffinity: fromAll })).left).toBe(1);
    const x = bin('x');
    const guarded = board(x, bin('y'));
    guarded.place(aPod({ labels: { app: 'db' }, podAntiAffinity: apart }), x);
    expect(pack(guarded, pods(1)).at).toEqual(['p0@y']);
  });

  it('puts pods with affinity where their company is, and the first of a self-seeking set anywhere', () => {
    const near = [{ topologyKey: ZONE, selector: web, namespaces: ['default'] }];
    const y = bin('y', { zone: 'b' });
    const seeded = board(bin('x'), y);
    seeded.place(aPod(), y);
    expect(pack(seeded, pods(1, { podAffinity: near, labels: { app: 'client' } })).at).toEqual(['p0@y']);
    expect(pack(board(bin('x'), bin('y', { zone: 'b' })), pods(2, { podAffinity: near })).at).toEqual([
      'p0@x',
      'p1@x',
    ]);
    expect(pack(board(bin('x')), pods(1, { podAffinity: near, labels: {} })).left).toBe(1);
  });

  it('spreads over zones within the skew, counting what stands there', () => {
    const spread = [
      { topologyKey: ZONE, maxSkew: 1, selector: web, whenUnsatisfiable: 'DoNotSchedule' as const },
    ];
    const bins = board(bin('x'), bin('y', { zone: 'b' }));
    expect(pack(bins, pods(4, { topologySpread: spread })).at).toEqual(['p0@x', 'p1@y', 'p2@x', 'p3@y']);
  });

  it('refuses what would break the skew, and ignores a spread that only prefers', () => {
    const spread = { topologyKey: ZONE, maxSkew: 1, selector: web };
    const full = () => board(bin('x'), bin('y', { zone: 'b', isOpen: false }));
    const must = [{ ...spread, whenUnsatisfiable: 'DoNotSchedule' as const }];
    expect(pack(full(), pods(2, { topologySpread: must })).left).toBe(1);
    const may = [{ ...spread, whenUnsatisfiable: 'ScheduleAnyway' as const }];
    expect(pack(full(), pods(2, { topologySpread: may })).left).toBe(0);
  });
});

describe('a board', () => {
  it('is as before after a trial is undone', () => {
    const x = bin('x');
    const made = board(x);
    const first = aPod({ hostPorts: ['TCP/80'] });
    made.place(first, x);
    const before = { free: x.free, ports: [...x.hostPorts] };
    const mark = made.mark();
    made.remove(first, x);
    made.place(aPod({ cpu: 700, hostPorts: ['TCP/81'] }), x);
    made.rollback(mark);
    expect({ free: x.free, ports: [...x.hostPorts] }).toEqual(before);
    expect([...x.pods]).toEqual([first]);
  });
});
