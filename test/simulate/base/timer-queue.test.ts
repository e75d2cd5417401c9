import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { TimerQueue } from '../../../src/simulate/base/timer-queue.ts';

describe('TimerQueue', () => {
  it('always gives the earliest timer, and equal ones in the order of their making', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (times) => {
        const queue = new TimerQueue();
        const fired: [number, number][] = [];
        for (const [index, atMs] of times.entries()) queue.add(atMs, () => fired.push([atMs, index]));
        for (let next = queue.next(20); next !== undefined; next = queue.next(20)) next.fire();
        const sorted = times.map((atMs, index): [number, number] => [atMs, index]);
        sorted.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(fired).toEqual(sorted);
      }),
    );
  });
});
