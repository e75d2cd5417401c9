import type { Breach } from './breach.ts';
import type { KnownValues } from './known-values.ts';
import { MIN_GAP_POINTS } from './ordering-rules.ts';

const FIGURES = ['cpu', 'memory'] as const;

/** What the rule says to people. */
export const SWING_RULE =
  'utilization: downPercent × (n + 1) / n ≤ upPercent, n = nodes.min and at least 1 (for thresholds that are written; the load is projected at any time)';

/**
 * Thresholds that must swing: load just below `downPercent` that is left to one worker fewer, down to `nodes.min`, would be above
 * `upPercent`, so that what went is bought again. Default thresholds are not held against a written minimum.
 */
export function swingBreaches(known: KnownValues): readonly Breach[] {
  const min = known.number(['nodes', 'min']);
  if (min === undefined) return [];
  const left = Math.max(1, min);
  return FIGURES.flatMap((figure): readonly Breach[] => {
    const [downPath, upPath] = [
      ['utilization', figure, 'downPercent'],
      ['utilization', figure, 'upPercent'],
    ] as const;
    const [down, up] = [known.number(downPath), known.number(upPath)];
    if (down === undefined || up === undefined) return [];
    if (!known.isWritten(downPath) && !known.isWritten(upPath)) return [];
    // Thresholds that are too close by themselves are told of already.
    if (down + MIN_GAP_POINTS > up) return [];
    const after = (down * (left + 1)) / left;
    if (after <= up) return [];
    const most = Math.floor((up * left) / (left + 1));
    const least = Math.ceil(after);
    return [
      {
        places: [downPath, upPath, ['nodes', 'min']],
        rule: `utilization.${figure}.downPercent (${down}) on ${left + 1} workers is ${Math.round(after)} % on ${left} (nodes.min ${min}), above upPercent (${up}): the fleet would shrink and grow in turns`,
        remedy: `lower utilization.${figure}.downPercent to ${most} at most${least <= 100 ? `, or raise upPercent to ${least} at least` : ''}`,
      },
    ];
  });
}
