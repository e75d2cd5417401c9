import { describe, expect, it } from '@jest/globals';
import { packFleet } from '../../../src/packing/pack-fleet.ts';
import { answerOf } from '../../packing-checker/answer-of.ts';
import { checkPacking } from '../../packing-checker/check-packing.ts';
import { podOfShort } from '../../packing-checker/short-pods.ts';
import { fakeOfferings } from './bench-offerings.ts';
import { diversePods, seededRandom } from './diverse-pods.ts';
import { lowerBound } from './lower-bound.ts';
import { PACKING_WORKLOADS } from './workloads.ts';

/** The most that a workload may cost, as a share of what the peer's answer to the same pods costs. */
const MAX_OF_PEER: readonly (readonly [string, number])[] = [
  ['diverse/100', 0.74],
  ['diverse/1000', 0.66],
  ['diverse-kwok/1000', 0.68],
  ['generic/1000', 0.84],
  ['basic/1000', 1],
  ['hostspread/1000', 0.96],
  ['wide/1000', 0.91],
];

describe("the peers' workloads", () => {
  it.each(MAX_OF_PEER)('%s is packed rightly at %d of the cost of the peer', (name, share) => {
    const workload = PACKING_WORKLOADS.find((one) => one.name === name);
    const pods = (workload?.pods() ?? []).map(podOfShort);
    const offerings = workload?.offerings() ?? [];
    const answer = answerOf(packFleet(pods, offerings));
    expect(checkPacking({ pods, offerings }, answer)).toEqual([]);
    expect(answer.unplaced).toEqual([]);
    expect(answer.costUsdPerHour / (workload?.peer?.usdPerHour ?? 0)).toBeLessThanOrEqual(share);
  });

  it.each([500])('diverse pods of seed %i are packed rightly and near the lower bound', async (seed) => {
    const pods = diversePods(500, seededRandom(seed)).map(podOfShort);
    const offerings = fakeOfferings();
    const answer = answerOf(packFleet(pods, offerings));
    expect(checkPacking({ pods, offerings }, answer)).toEqual([]);
    expect(answer.unplaced).toEqual([]);
    const bound = await lowerBound(pods, offerings);
    expect(answer.costUsdPerHour).toBeGreaterThanOrEqual(bound);
    expect(answer.costUsdPerHour / bound).toBeLessThan(1.05);
  });
});
