import { describe, expect, it } from '@jest/globals';
import { RandomStream } from '../../../src/simulate/base/random-stream.ts';

const draw = (random: RandomStream, count = 5) => Array.from({ length: count }, () => random.next());

describe('Chance', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    expect(draw(new RandomStream(7))).toEqual(draw(new RandomStream(7)));
    expect(draw(new RandomStream(7))).not.toEqual(draw(new RandomStream(8)));
  });

  it('keeps a stream as it is whatever other streams are drawn from', () => {
    const one = new RandomStream(7);
    const alone = draw(one.stream('boot'));
    const other = new RandomStream(7);
    draw(other.stream('prices'), 100);
    draw(other, 3);
    expect(draw(other.stream('boot'))).toEqual(alone);
  });

  it('is spread evenly over its range', () => {
    const numbers = draw(new RandomStream(1), 10_000);
    const mean = numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
    expect(mean).toBeGreaterThan(0.48);
    expect(mean).toBeLessThan(0.52);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
  });

  it('draws what is asked for: ranges, whole numbers, picks, waiting times', () => {
    const random = new RandomStream('words');
    const between = Array.from({ length: 100 }, () => random.between(40, 75));
    expect(between.every((n) => n >= 40 && n < 75)).toBe(true);
    expect(new Set(Array.from({ length: 100 }, () => random.integer(3)))).toEqual(new Set([0, 1, 2]));
    expect(random.pick([])).toBeUndefined();
    expect(['a', 'b']).toContain(random.pick(['a', 'b']));
    const waits = Array.from({ length: 10_000 }, () => random.exponential(10));
    expect(waits.reduce((sum, n) => sum + n, 0) / waits.length).toBeCloseTo(10, 0);
  });
});
