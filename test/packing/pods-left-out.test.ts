import { expect, test } from '@jest/globals';
import { packFleet } from '../../src/packing/pack-fleet.ts';
import { smallInstance } from '../bench/packing/small-instances.ts';
import { answerOf } from '../packing-checker/answer-of.ts';
import { checkPacking } from '../packing-checker/check-packing.ts';
import { podOfShort } from '../packing-checker/short-pods.ts';

/** Of instances in which some pods fit nowhere, how many must wait; the first order of constrained pods leaves out more. */
const LEFT_OUT: readonly (readonly [seed: number, pods: number])[] = [
  [12, 2],
  [32, 1],
  [68, 1],
  [279, 1],
  [333, 1],
  [518, 2],
];

test.each(LEFT_OUT)('leaves out no more pods of instance %i than the %i that have no place', (seed, pods) => {
  const { pods: shorts, offerings } = smallInstance(seed);
  const asked = shorts.map(podOfShort);
  const packing = packFleet(asked, offerings);
  expect(checkPacking({ pods: asked, offerings }, answerOf(packing))).toEqual([]);
  expect(packing.unplaced).toHaveLength(pods);
});
