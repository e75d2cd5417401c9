import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  cpuMillis,
  memoryMiB,
  parseQuantity,
  wholeUnits,
} from '../../../../src/adapters/kubernetes/read/quantity.ts';

const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['k', 'M', 'G', 'T', 'P', 'E'];

describe('parseQuantity', () => {
  it.each([
    ['0', 0],
    ['250m', 0.25],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E3', 1000],
    ['12E', 12e18],
    ['1.2e-2', 0.012],
    ['-3k', -3000],
    ['+7', 7],
    ['100n', 1e-7],
    [4, 4],
  ])('reads %p as %p', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 12);
  });

  it.each(['', 'm', '1 Gi', '1K', '1gi', 'Infinity', '0x10', '1e3Mi3'])('refuses %p', (text) => {
    expect(() => parseQuantity(text)).toThrow(RangeError);
  });

  it('makes each suffix 1,024 or 1,000 times the one before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 0, max: 4 }), (n, index) => {
        expect(parseQuantity(`${n * 1024}${BINARY[index]}`)).toBe(parseQuantity(`${n}${BINARY[index + 1]}`));
        expect(parseQuantity(`${n * 1000}${DECIMAL[index]}`)).toBeCloseTo(
          parseQuantity(`${n}${DECIMAL[index + 1]}`),
        );
      }),
    );
  });
});

describe('the rounding of quantities', () => {
  it('gives whole millicores back whether written in cores or millicores', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (millis) => {
        expect(cpuMillis(`${millis}m`)).toBe(millis);
        expect(cpuMillis((millis / 1000).toFixed(3))).toBe(millis);
      }),
    );
  });

  it('rounds up, as the scheduler does', () => {
    expect(cpuMillis('100u')).toBe(1);
    expect(wholeUnits('1500m')).toBe(2);
    expect(memoryMiB('3919124Ki')).toBe(3919124 / 1024);
    expect(memoryMiB('128974848000m')).toBe(123);
  });
});
