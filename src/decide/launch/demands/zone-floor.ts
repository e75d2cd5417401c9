import type { Reason } from '../../../model/reason.ts';
import type { Policy } from '../../../policy/policy-schema.ts';
import type { FleetMix } from '../choice.ts';
import type { DemandContext, DemandSource, NodeRequest } from './demand-source.ts';

/** One node for each zone that has too few, pinned to it; a zone where nothing can be bought is left for later (R69, R70). */
export const zoneDemand: DemandSource = {
  name: 'zones',
  evaluate: ({ situation: { policy }, usable, mix }: DemandContext) => {
    const requests = zonesBelowMinimum(policy, mix).flatMap(({ zone, reason }): NodeRequest[] => {
      const offerings = usable.filter((offering) => offering.zone === zone);
      return offerings.length === 0
        ? []
        : [{ count: 1, offerings, reasons: [reason], startsCooldown: false }];
    });
    // At the maximum a better balance is not worth wishing for: the wish would only hold back shrinking.
    return { requests: requests.slice(0, Math.max(0, policy.nodes.max - mix.total)) };
  },
};

/**
 * Zones with fewer workers than `minPerZone`, once for each that is missing. A fleet too small for the minimum in every zone is
 * not enlarged for it (R69).
 */
export function zonesBelowMinimum(
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
    const reason: Reason = { code: 'zone-below-minimum', text, facts: { zone, have, minPerZone } };
    return Array.from({ length: minPerZone - have }, () => ({ zone, reason }));
  });
}
