import { describe, expect, it } from '@jest/globals';
import { expectedAllocatable, seenAllocatable } from '../../src/model/seen-allocatable.ts';
import { aLaunch, aNode, anOffering, SMALL } from '../builders/fleet.ts';

const smaller = (missingMiB: number) => ({ ...SMALL, memoryMiB: SMALL.memoryMiB - missingMiB });
const offering = anOffering();
const expected = (...seen: Parameters<typeof seenAllocatable>) =>
  expectedAllocatable(offering, seenAllocatable(...seen));

describe('what a new machine is expected to offer to pods', () => {
  it('is what the catalogue says while none of its type was seen', () => {
    expect(expected([], [])).toBe(offering.allocatable);
    expect(expected([aNode({ type: 'm6a.large', allocatable: smaller(60) })], [])).toBe(offering.allocatable);
  });

  it('is the least of the ready nodes of its type, workers only', () => {
    const nodes = [aNode({ name: 'i-1' }), aNode({ name: 'i-2', allocatable: smaller(60) })];
    expect(expected(nodes, [])).toEqual(smaller(60));
    const others = nodes.map((node) => ({ ...node, isReady: node.name === 'i-1' }));
    expect(expected(others, [])).toEqual(SMALL);
    expect(expected([aNode({ isControlPlane: true, allocatable: smaller(60) })], [])).toBe(
      offering.allocatable,
    );
  });

  it('is remembered by the ledger once its nodes are gone', () => {
    const launch = aLaunch({
      step: 'ready',
      offering: 't3.small/ap-southeast-1a/spot',
      allocatable: smaller(60),
    });
    expect(expected([], [launch])).toEqual(smaller(60));
    expect(expected([aNode({ allocatable: smaller(90) })], [launch])).toEqual(smaller(90));
  });

  it('may be more than the catalogue says, and never less than half of it', () => {
    expect(expected([aNode({ allocatable: smaller(-60) })], [])).toEqual(smaller(-60));
    expect(expected([aNode({ allocatable: { ...smaller(1_000), cpuMillis: 1_800 } })], [])).toEqual({
      ...SMALL,
      cpuMillis: 1_800,
    });
  });
});
