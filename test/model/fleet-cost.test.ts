import { describe, expect, it } from '@jest/globals';
import { exactCost, exactly, fleetCost, knownSum } from '../../src/model/fleet-cost.ts';
import { anInstance } from '../builders/fleet.ts';

describe('the cost of a fleet', () => {
  it('is the sum of the known prices, with the instances without one counted apart', () => {
    const instances = [
      anInstance({ id: 'i-1', priceUsdPerHour: 0.02 }),
      anInstance({ id: 'i-2', priceUsdPerHour: undefined }),
      anInstance({ id: 'i-3', priceUsdPerHour: 0.03 }),
    ];
    expect(fleetCost(instances)).toEqual({ usdPerHour: 0.05, unpriced: 1 });
  });

  it('leaves out machines that cost nothing any more', () => {
    const instances = [anInstance({ state: 'terminated' }), anInstance({ state: 'stopped' })];
    expect(fleetCost(instances)).toEqual({ usdPerHour: 0, unpriced: 0 });
  });

  it('is exact only where every price is known', () => {
    expect(exactCost({ usdPerHour: 0.05, unpriced: 1 })).toBeUndefined();
    expect(exactCost({ usdPerHour: 0.05, unpriced: 0 })).toBe(0.05);
  });

  it('of nothing is zero, which is known', () => {
    expect(exactly(knownSum([]))).toBe(0);
  });
});
