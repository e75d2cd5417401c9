/** What is left of a list, and whether it was tried to leave out each part of it. */
export interface Remainder<T> {
  readonly items: readonly T[];
  /** False when the tries were used up before. */
  readonly isShortest: boolean;
}

/**
 * Leaves out of `items` what is not needed: first all of it, then halves, quarters, down to single ones, until none of them can be
 * missed. `attempt` says what is still needed of a shorter list at most, or `undefined` when the list is too short. The same
 * answers give the same remainder.
 */
export async function minimize<T>(
  items: readonly T[],
  attempt: (fewer: readonly T[]) => Promise<readonly T[] | undefined>,
  maxTries: number,
): Promise<Remainder<T>> {
  let kept = items;
  let tries = 0;
  for (let size = kept.length; size > 0;) {
    const before = kept;
    for (let from = 0; from < kept.length;) {
      if (tries >= maxTries) return { items: kept, isShortest: false };
      tries += 1;
      const needed = await attempt([...kept.slice(0, from), ...kept.slice(from + size)]);
      if (needed === undefined) from += size;
      else kept = needed;
    }
    if (size > 1) size = Math.min(Math.ceil(size / 2), kept.length);
    else if (kept === before) size = 0;
  }
  return { items: kept, isShortest: true };
}
