import { describe, expect, it } from '@jest/globals';
import type { PresentNode } from '../../src/packing/model/nodes.ts';
import type { PackingProblem } from '../../src/packing/model/packing-model.ts';
import { placeOf } from '../../src/packing/rules/place.ts';
import { SolutionCache } from '../../src/packing/solution-cache.ts';
import { solve } from '../../src/packing/solve.ts';
import { anOffering } from '../builders/fleet.ts';
import { aPod } from '../builders/pod.ts';

const offering = anOffering();
const pods = [aPod({ name: 'a', cpu: 900 }), aPod({ name: 'b', cpu: 900 })];
const standing = [aPod({ name: 'c', nodeName: 'i-1' })];
const place = {
  ...placeOf('i-1', offering),
  taints: [{ key: 'k', value: '', effect: 'NoSchedule' as const }],
};
const free = { cpuMillis: 1_000, memoryMiB: 1_000, pods: 10 };

/** The same problem each time, in objects that a round makes anew. */
function problem(parts: Partial<PackingProblem> = {}, node: Partial<PresentNode> = {}): PackingProblem {
  return {
    pods: [...pods],
    buyable: [{ offering, place: placeOf('new', offering), free: offering.allocatable, costUsdPerHour: 0.1 }],
    present: [
      {
        place: { ...place, taints: [...place.taints] },
        isOpen: true,
        free: { ...free },
        pods: [...standing],
        ...node,
      },
    ],
    maxNewNodes: 5,
    ...parts,
  };
}

describe('KnownSolutions', () => {
  it('packs a problem once, however often rounds ask it', () => {
    const known = new SolutionCache();
    const first = known.solve(problem());
    expect(first).toEqual({ ...solve(problem()), newNodes: expect.anything() });
    known.solve(problem({ maxNewNodes: 1 }));
    expect(known.solve(problem())).toBe(first);
  });

  it.each<[string, PackingProblem]>([
    ['a pod that changed', problem({ pods: [{ ...pods[0]! }, pods[1]!] })],
    ['a pod less', problem({ pods: pods.slice(0, 1) })],
    ['another price', problem({ buyable: [{ ...problem().buyable[0]!, costUsdPerHour: 0.2 }] })],
    [
      'a DaemonSet that takes a port of it',
      problem({
        buyable: [
          { ...problem().buyable[0]!, place: { ...placeOf('new', offering), hostPorts: ['TCP/80'] } },
        ],
      }),
    ],
    ['nothing to buy', problem({ buyable: [] })],
    ['another limit', problem({ maxNewNodes: 4 })],
    ['less room', problem({}, { free: { ...free, cpuMillis: 999 } })],
    ['a resource more', problem({}, { free: { ...free, extended: { gpu: 1 } } })],
    ['a node that is closed', problem({}, { isOpen: false })],
    ['a pod more on a node', problem({}, { pods: [...standing, aPod({ name: 'd', nodeName: 'i-1' })] })],
    ['labels that changed', problem({}, { place: { ...place, labels: { ...place.labels } } })],
    ['a taint less', problem({}, { place: { ...place, taints: [] } })],
    ['a port that is taken', problem({}, { place: { ...place, hostPorts: ['TCP/80'] } })],
  ])('packs anew for %s', (_what, other) => {
    const known = new SolutionCache();
    const first = known.solve(problem());
    expect(known.solve(other)).not.toBe(first);
  });

  it('forgets what was not asked for long, and what large problems leave no room for', () => {
    const known = new SolutionCache();
    const first = known.solve(problem());
    for (let limit = 10; limit < 50; limit += 1) known.solve(problem({ maxNewNodes: limit }));
    expect(known.solve(problem())).not.toBe(first);
    const again = known.solve(problem());
    const crowd = Array.from({ length: 2_000_000 }, () => standing[0]!);
    const large = problem({ pods: [] }, { pods: crowd });
    expect(known.solve(large)).toBe(known.solve(large));
    expect(known.solve(problem())).not.toBe(again);
  });
});
