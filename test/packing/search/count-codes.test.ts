import { describe, expect, it } from '@jest/globals';
import { CountCodes } from '../../../src/packing/search/count-codes.ts';

describe('codes of counts', () => {
  const codes = new CountCodes([2, 1, 3]);

  it('number every set of pods once, and add up as sets do', () => {
    expect(codes.size).toBe(3 * 2 * 4);
    const all = Array.from({ length: codes.size }, (_, code) => [...codes.counts(code)].join());
    expect(new Set(all).size).toBe(codes.size);
    expect([...codes.counts(2 * codes.step(0) + codes.step(2))]).toEqual([2, 0, 1]);
  });

  it.each([[[2, 1, 3]], [[2, 1, 0]], [[1, 0, 0]], [[0, 0, 3]]])(
    'visit each part of %j with a pod of its last group, once',
    ([a = 0, b = 0, c = 0]) => {
      const code = a * codes.step(0) + b * codes.step(1) + c * codes.step(2);
      const visited: string[] = [];
      codes.forEachPart(code, (part) => visited.push([...codes.counts(part)].join()));
      const expected: string[] = [];
      for (let x = 0; x <= a; x += 1)
        for (let y = 0; y <= b; y += 1) for (let z = 0; z <= c; z += 1) expected.push(`${x},${y},${z}`);
      const last = [a, b, c].findLastIndex((count) => count > 0);
      const isAnchored = (text: string) => text.split(',')[last] !== '0';
      expect(visited.sort()).toEqual(expected.filter(isAnchored).sort());
    },
  );
});
