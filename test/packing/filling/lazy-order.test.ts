import { describe, expect, it } from '@jest/globals';
import { LazyOrder } from '../../../src/packing/filling/lazy-order.ts';
import { seededRandom } from '../../../src/packing/filling/seeded-random.ts';

describe('an order that is sorted as far as it is asked for', () => {
  it.each([0, 1, 2, 7, 100])('gives %i indexes by key and then by index', (size) => {
    const draw = seededRandom();
    const keys = Float64Array.from({ length: size }, () => draw(10));
    const order = new LazyOrder(keys);
    const expected = [...keys.keys()].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
    expect(order.at(size)).toBeUndefined();
    expect(expected.map((_, rank) => order.at(rank))).toEqual(expected);
  });
});
