import type { FleetPacking } from '../../src/packing/pack-fleet.ts';
import type { PackingAnswer } from './check-packing.ts';

/** A packing in the words that the checker reads; pods go by their names alone. */
export function answerOf({ nodes, bindings, unplaced, costUsdPerHour }: FleetPacking): PackingAnswer {
  return {
    nodes: nodes.map(({ id, offering: { type, zone, lifecycle, priceUsdPerHour } }) => {
      return { id, type, zone, lifecycle, priceUsdPerHour };
    }),
    bindings: bindings.map(({ pod, nodeId }) => ({ pod: pod.name, node: nodeId })),
    unplaced: unplaced.map(({ pod, reason }) => ({ pod: pod.name, reason: reason.text })),
    costUsdPerHour,
  };
}
