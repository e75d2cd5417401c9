import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { minimize } from '../../../src/simulate/story/minimize.ts';

const ITEMS = Array.from({ length: 100 }, (_, n) => n);

/** Fails whenever all of `needed` are there. */
function needing(needed: readonly number[]) {
  const seen: (readonly number[])[] = [];
  const attempt = async (fewer: readonly number[]) => {
    seen.push(fewer);
    return needed.every((item) => fewer.includes(item)) ? fewer : undefined;
  };
  return { attempt, seen };
}

describe('leaveOut', () => {
  it('keeps exactly what is needed, whatever that is', async () => {
    const needs = fc.uniqueArray(fc.nat(ITEMS.length - 1), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(needs, async (needed) => {
        const { items, isShortest } = await minimize(ITEMS, needing(needed).attempt, 1_000);
        expect(items).toEqual(needed.toSorted((a, b) => a - b));
        expect(isShortest).toBe(true);
      }),
    );
  });

  it('asks a single time when nothing is needed', async () => {
    const { attempt, seen } = needing([]);
    expect(await minimize(ITEMS, attempt, 1_000)).toEqual({ items: [], isShortest: true });
    expect(seen).toEqual([[]]);
  });

  it('finds one or two of a hundred within a few dozen tries', async () => {
    const [one, two] = [needing([63]), needing([2, 97])];
    await minimize(ITEMS, one.attempt, 1_000);
    await minimize(ITEMS, two.attempt, 1_000);
    expect(one.seen.length).toBeLessThanOrEqual(20);
    expect(two.seen.length).toBeLessThanOrEqual(40);
  });

  it('leaves out nothing more where each single one is needed, even if pairs are not', async () => {
    const even = async (fewer: readonly number[]) =>
      fewer.length % 2 === 0 && fewer.length > 0 ? fewer : undefined;
    const { items } = await minimize([1, 2, 3, 4], even, 1_000);
    expect(await even(items)).toBe(items);
    for (const item of items) expect(await even(items.filter((other) => other !== item))).toBeUndefined();
  });

  it('goes on from what an attempt says is still needed', async () => {
    const attempt = async (fewer: readonly number[]) =>
      fewer.includes(5) ? fewer.filter((n) => n <= 5) : undefined;
    expect((await minimize(ITEMS, attempt, 1_000)).items).toEqual([5]);
  });

  it('says when its tries were used up', async () => {
    const { attempt, seen } = needing([63]);
    const { items, isShortest } = await minimize(ITEMS, attempt, 3);
    expect(isShortest).toBe(false);
    expect(items).toContain(63);
    expect(seen).toHaveLength(3);
  });
});
