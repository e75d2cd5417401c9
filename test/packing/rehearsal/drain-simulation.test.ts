import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../../src/model/pod.ts';
import { type DrainableNode, DrainSimulation } from '../../../src/packing/rehearsal/drain-simulation.ts';
import { placeOf } from '../../../src/packing/rules/place.ts';
import { anOffering } from '../../builders/fleet.ts';
import { aPod } from '../../builders/pod.ts';

/** A node with so much CPU beside the pods that stand on it. */
function node(id: string, cpuMillis: number, movable: readonly Pod[] = []): DrainableNode {
  const free = { cpuMillis, memoryMiB: 16_000, pods: 50 };
  const place = placeOf(id, anOffering());
  return { place, isOpen: true, pods: [], movable, free };
}

const SMALL = aPod({ name: 'small', cpu: 600 });
const LARGE = aPod({ name: 'large', cpu: 3500 });

describe('emptying a node', () => {
  it('is refused where pods fit on the others, but not as the scheduler would put them', () => {
    // The small one would do on the small node; the scheduler puts it where most room is, and the large one has none.
    const emptying = new DrainSimulation([
      node('leaving', 4000, [SMALL, LARGE]),
      node('b', 4000),
      node('c', 900),
    ]);
    expect(emptying.simulateDrain('leaving')?.map(({ name }) => name)).toEqual(['large']);
  });

  it('is allowed where all find room however they come', () => {
    const emptying = new DrainSimulation([
      node('leaving', 4000, [SMALL, LARGE]),
      node('b', 4200),
      node('c', 900),
    ]);
    expect(emptying.simulateDrain('leaving')).toEqual([]);
  });

  it('counts pods where they would move to, and after a refusal where they are', () => {
    const nodes = [
      node('a', 1000, [aPod({ name: 'x', cpu: 600 })]),
      node('b', 1000),
      node('c', 900, [LARGE]),
    ];
    const emptying = new DrainSimulation([...nodes, node('d', 1000, [aPod({ name: 'y', cpu: 600 })])]);
    expect(emptying.simulateDrain('c')?.map(({ name }) => name)).toEqual(['large']);
    expect(emptying.simulateDrain('a')).toEqual([]);
    expect(emptying.simulateDrain('d')?.map(({ name }) => name)).toEqual(['y']);
  });
});
