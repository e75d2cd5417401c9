import type { Pod } from '../model/pod.ts';
import { BinFleet, ConstrainedPlacement, packingContextOf } from './filling.ts';
import { modelOf, type PresentNode } from './model.ts';

/**
 * Those of the candidates, given by their places among the nodes that are there, that take the pod under all rules beside
 * the pods of all nodes. Each is asked as if it were the only one that is open.
 */
export function nodesThatFit(
  pod: Pod,
  present: readonly PresentNode[],
  candidates: readonly number[],
): ReadonlySet<number> {
  const context = packingContextOf(modelOf({ pods: [pod], buyable: [], present, maxNewNodes: 0 }));
  const taking = new Set<number>();
  const fleet = new BinFleet(context);
  for (const bin of fleet.bins) bin.isOpen = false;
  for (const candidate of candidates) {
    const node = fleet.bins[candidate];
    if (node === undefined) continue;
    node.isOpen = true;
    const placement = new ConstrainedPlacement(context, fleet, { mayOpen: false });
    placement.run(context.model.groups);
    node.isOpen = false;
    if (placement.orderedPlacements.length === 0) continue;
    taking.add(candidate);
    // The next is asked as if this one had not been.
    for (const { batch, bin } of placement.orderedPlacements) {
      bin.removeLast();
      fleet.counts.remove(batch.group.rules, bin.topologyClass);
    }
  }
  return taking;
}
