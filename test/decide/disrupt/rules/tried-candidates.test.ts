import { expect, test } from '@jest/globals';
import { MAX_TRIED, triedThisRound } from '../../../../src/decide/disrupt/rules/tried-candidates.ts';
import { aPolicy } from '../../../builders/policy.ts';

const { policy } = aPolicy();
const INTERVAL_MS = policy.loop.intervalSeconds * 1000;
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

test('tries all candidates as long as they are few', () => {
  const few = numbers(MAX_TRIED);
  expect(few.every(triedThisRound(few, { nowMs: 0, policy }, () => undefined))).toBe(true);
});

test('tries all that nothing else keeps as long as these are few', () => {
  const many = numbers(400);
  const keeps = (candidate: number) => (candidate < MAX_TRIED ? undefined : 'protected');
  expect(many.every(triedThisRound(many, { nowMs: 0, policy }, keeps))).toBe(true);
});

test('tries the first of many every round, and each of the others within some rounds', () => {
  const many = numbers(300);
  const tried = new Set<number>();
  for (let round = 0; round < 11; round += 1) {
    const isTried = triedThisRound(many, { nowMs: round * INTERVAL_MS, policy }, () => undefined);
    const now = many.filter(isTried);
    expect(now).toHaveLength(MAX_TRIED);
    expect(now).toEqual(expect.arrayContaining([0, 1, 2]));
    for (const one of now) tried.add(one);
  }
  expect(tried.size).toBe(300);
});

test('tries the same in rounds of the same interval', () => {
  const many = numbers(300);
  const at = (nowMs: number) => many.filter(triedThisRound(many, { nowMs, policy }, () => undefined));
  expect(at(7 * INTERVAL_MS)).toEqual(at(8 * INTERVAL_MS - 1));
});
