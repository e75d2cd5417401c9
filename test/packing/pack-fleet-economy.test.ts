import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Offering } from '../../src/model/offering.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Resources } from '../../src/model/resources.ts';
import { type FleetPacking, packFleet } from '../../src/packing/pack-fleet.ts';
import { smallInstance } from '../bench/packing/small-instances.ts';
import { answerOf } from '../packing-checker/answer-of.ts';
import { checkPacking } from '../packing-checker/check-packing.ts';
import { podOfShort } from '../packing-checker/short-pods.ts';
import { caseCount } from '../test-depth.ts';

const instances = fc.integer({ min: 1, max: 1_000_000 }).map((seed) => {
  const { pods, offerings } = smallInstance(seed);
  return { pods: pods.map(podOfShort), offerings };
});
const places = ({ bindings, costUsdPerHour }: FleetPacking) => ({
  bindings: bindings.map(({ pod, nodeId }) => `${pod.name}@${nodeId}`),
  costUsdPerHour,
});
const times = (factor: number, { cpuMillis, memoryMiB, pods }: Resources): Resources => {
  return { cpuMillis: cpuMillis * factor, memoryMiB: memoryMiB * factor, pods };
};

describe('the cost of a fleet', () => {
  it('never rises because one more offering can be had', () => {
    fc.assert(
      fc.property(instances, fc.nat(), ({ pods, offerings }, pick) => {
        const dropped = offerings[pick % offerings.length];
        const fewer = offerings.filter((offering) => offering !== dropped);
        // Without its zone, spread would count fewer domains: another question, not a poorer choice.
        fc.pre(fewer.some(({ zone }) => zone === dropped?.zone));
        const before = packFleet(pods, fewer);
        const after = packFleet(pods, offerings);
        expect(after.unplaced.length).toBeLessThanOrEqual(before.unplaced.length);
        fc.pre(before.unplaced.length === 0);
        expect(after.costUsdPerHour).toBeLessThanOrEqual(before.costUsdPerHour + 1e-9);
      }),
      { numRuns: caseCount(200) },
    );
  });

  it('goes with prices, and does not change with the unit of amounts', () => {
    const scaled = (
      offerings: readonly Offering[],
      by: { readonly price: number; readonly amount: number },
    ) =>
      offerings.map((offering) => ({
        ...offering,
        priceUsdPerHour: (offering.priceUsdPerHour ?? 0) * by.price,
        allocatable: times(by.amount, offering.allocatable),
      }));
    fc.assert(
      fc.property(instances, ({ pods, offerings }) => {
        const plain = places(packFleet(pods, offerings));
        const dearer = places(packFleet(pods, scaled(offerings, { price: 4, amount: 1 })));
        expect(dearer.bindings).toEqual(plain.bindings);
        expect(dearer.costUsdPerHour).toBeCloseTo(4 * plain.costUsdPerHour, 9);
        const larger = pods.map((pod): Pod => ({ ...pod, requests: times(2, pod.requests) }));
        expect(places(packFleet(larger, scaled(offerings, { price: 1, amount: 2 })))).toEqual(plain);
      }),
      { numRuns: caseCount(60) },
    );
  });

  it('is not raised by a pod that asks for nothing', () => {
    const nothing = { cpuMillis: 0, memoryMiB: 0, pods: 0 };
    fc.assert(
      fc.property(instances, ({ pods: [first, ...others], offerings }) => {
        fc.pre(first !== undefined);
        const pods = first === undefined ? [] : [first, ...others];
        const ghost = podOfShort({ name: 'ghost', cpuMilli: 0, memMi: 0 });
        const plain = packFleet(pods, offerings);
        fc.pre(plain.unplaced.length === 0);
        const haunted = packFleet([...pods, { ...ghost, requests: nothing }], offerings);
        expect(haunted.costUsdPerHour).toBeCloseTo(plain.costUsdPerHour, 9);
      }),
      { numRuns: caseCount(60) },
    );
  });

  it('is bounded by the nodes allowed, and pods are left out only for that', () => {
    fc.assert(
      fc.property(instances, fc.integer({ min: 1, max: 3 }), ({ pods, offerings }, maxNodes) => {
        const answer = answerOf(packFleet(pods, offerings, { maxNodes }));
        expect(checkPacking({ pods, offerings, maxNodes }, answer)).toEqual([]);
      }),
      { numRuns: caseCount(100) },
    );
  });

  it('does not depend on the order of pods or offerings', () => {
    const shuffled = instances.chain(({ pods, offerings }) =>
      fc.record({
        plain: fc.constant({ pods, offerings }),
        pods: fc.shuffledSubarray(pods, { minLength: pods.length }),
        offerings: fc.shuffledSubarray([...offerings], { minLength: offerings.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ plain, pods, offerings }) => {
        expect(packFleet(pods, offerings)).toEqual(packFleet(plain.pods, plain.offerings));
      }),
      { numRuns: caseCount(100) },
    );
  });
});
