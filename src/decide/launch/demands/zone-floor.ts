import type { Reason } from '../../../model/reason.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import type { FleetMix } from '../choice.ts';

/**
 * Zones with fewer workers than `minPerZone`, once for each that is missing. A fleet too small to have so many in every
 * zone is not made larger for it (R69).
 */
export function zonesShort(
  policy: Policy,
  mix: FleetMix,
): readonly { readonly zone: string; readonly reason: Reason }[] {
  const { minPerZone } = policy.nodes;
  const { zones } = policy.instances;
  if (mix.total < zones.length * minPerZone) return [];
  return zones.flatMap((zone) => {
    const have = mix.byZone.get(zone) ?? 0;
    if (have >= minPerZone) return [];
    const text = `${have} of ${mix.total} workers in ${zone}, ${minPerZone} are wanted in every zone`;
    const reason = { code: 'zone-below-minimum', text, facts: { zone, have, minPerZone } };
    return Array.from({ length: minPerZone - have }, () => ({ zone, reason }));
  });
}
