import type { Offering } from '../../../model/offering.ts';
import type { Resources } from '../../../model/resources.ts';
import type { ReplacementRequest } from '../../state/replacement.ts';
import type { DemandSource, NodeRequest } from './demand-source.ts';

/** In place of what AWS takes away, at once and of at least its size: no cooldown holds it back and it begins none (R21, R77). */
export function replacementDemand(nodeRequests: readonly ReplacementRequest[]): DemandSource {
  return {
    name: 'replacement',
    evaluate: ({ usable }) => ({
      requests: nodeRequests.map((nodeRequest) => requestFor(nodeRequest, usable)),
    }),
  };
}

function requestFor(
  { replaces, lifecycle, minAllocatable: atLeast, reason }: ReplacementRequest,
  usable: readonly Offering[],
): NodeRequest {
  const asLarge = usable.filter(({ allocatable }) => isAtLeast(allocatable, atLeast));
  const offerings = asLarge.length > 0 ? asLarge : usable;
  return { count: 1, offerings, lifecycle, reasons: [reason], startsCooldown: false, replaces };
}

function isAtLeast(offered: Resources, wanted: Resources | undefined): boolean {
  if (wanted === undefined) return true;
  return offered.cpuMillis >= wanted.cpuMillis && offered.memoryMiB >= wanted.memoryMiB;
}
