import leven from 'leven';

/**
 * The candidate that someone most likely meant by `written`: equal but for case, `-` and `_`, or written without its unit,
 * or a few typing slips away. `undefined` when nothing is near.
 */
export function nearMiss(written: string, candidates: readonly string[]): string | undefined {
  // Beyond any key of ours no slip explains the length, and the search below takes quadratic time.
  if (written.length === 0 || written.length > 60) return undefined;
  const plain = plainForm(written);
  const same = candidates.find((c) => plainForm(c) === plain);
  if (same !== undefined) return same;
  const extended = candidates.filter((c) => plain.length >= 3 && plainForm(c).startsWith(plain));
  if (extended.length === 1) return extended[0];
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      slips: leven(plain, plainForm(candidate)),
    }))
    .toSorted((a, b) => a.slips - b.slips);
  const best = ranked[0];
  const allowed = Math.max(1, Math.floor(plain.length / 3));
  return best !== undefined && best.slips <= allowed ? best.candidate : undefined;
}

function plainForm(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '');
}
