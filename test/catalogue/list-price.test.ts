import { describe, expect, it } from '@jest/globals';
import { instanceTypes } from '../../src/catalogue/instance-type.ts';
import { onDemandPriceUsdPerHour, typicalSpotPriceUsdPerHour } from '../../src/catalogue/list-price.ts';

const REGION = 'ap-southeast-1';
const ZONES = ['a', 'b', 'c'].map((letter) => `${REGION}${letter}`);

describe('list prices', () => {
  it('differ by region', () => {
    expect(onDemandPriceUsdPerHour(REGION, 't3.small')).toBe(0.0264);
    expect(onDemandPriceUsdPerHour('us-east-1', 't3.small')).toBe(0.0208);
  });

  it('are undefined, not zero, where the catalogue has none', () => {
    expect(onDemandPriceUsdPerHour('eu-north-9', 't3.small')).toBeUndefined();
    expect(onDemandPriceUsdPerHour(REGION, 'x99.mega')).toBeUndefined();
    expect(typicalSpotPriceUsdPerHour('us-east-1', 't3.small')).toBeUndefined();
    expect(typicalSpotPriceUsdPerHour(REGION, 'x99.mega', ZONES[0])).toBeUndefined();
    expect(typicalSpotPriceUsdPerHour(REGION, 't3.small', 'us-east-1a')).toBeUndefined();
  });

  it('give spot as the mean of 30 days without a zone', () => {
    expect(typicalSpotPriceUsdPerHour(REGION, 't3.small')).toBe(0.01056);
  });

  it('deal the three prices of the snapshot to the three zones', () => {
    const prices = ZONES.map((zone) => typicalSpotPriceUsdPerHour(REGION, 't3.small', zone));
    expect(prices.toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0.0107, 0.011, 0.0111]);
  });

  it('have spot below on-demand and above zero for every type and zone', () => {
    for (const { name } of instanceTypes()) {
      for (const zone of ZONES) {
        const spot = typicalSpotPriceUsdPerHour(REGION, name, zone);
        expect(spot).toBeGreaterThan(0);
        expect(spot).toBeLessThan(onDemandPriceUsdPerHour(REGION, name) ?? 0);
      }
    }
  });

  it('make no zone the cheapest for every type', () => {
    const cheapest = new Set(
      instanceTypes().map(({ name }) =>
        ZONES.toSorted(
          (a, b) =>
            (typicalSpotPriceUsdPerHour(REGION, name, a) ?? 0) -
            (typicalSpotPriceUsdPerHour(REGION, name, b) ?? 0),
        ).at(0),
      ),
    );
    expect(cheapest.size).toBe(3);
  });
});
