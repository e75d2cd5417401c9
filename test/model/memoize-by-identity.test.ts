import { describe, expect, it } from '@jest/globals';
import { memoizeByIdentity } from '../../src/model/memoize-by-identity.ts';

describe('memoizeByIdentity', () => {
  it('computes once for an object, also where there is nothing to tell, and anew for another that is equal', () => {
    const asked: (readonly number[])[] = [];
    const largest = memoizeByIdentity((numbers: readonly number[]) => {
      asked.push(numbers);
      return numbers.length === 0 ? undefined : Math.max(...numbers);
    });
    const [some, none] = [[1, 3], []];
    expect([largest(some), largest(some), largest(none), largest(none), largest([1, 3])]).toEqual([
      3,
      3,
      undefined,
      undefined,
      3,
    ]);
    expect(asked).toEqual([some, none, [1, 3]]);
  });
});
