import type { Pod } from '../model/pod.ts';
import { DraftFleet, workbenchOf } from './filling/draft-fleet.ts';
import { Seating } from './filling/seating.ts';
import type { PresentNode } from './model/nodes.ts';
import { modelOf } from './model/packing-model.ts';

/**
 * Those of the candidates, given by their places among the nodes that are there, that take the pod under all rules beside
 * the pods of all nodes. Each is asked as if it were the only one that is open.
 */
export function nodesThatTake(
  pod: Pod,
  present: readonly PresentNode[],
  candidates: readonly number[],
): ReadonlySet<number> {
  const bench = workbenchOf(modelOf({ pods: [pod], buyable: [], present, maxNewNodes: 0 }));
  const taking = new Set<number>();
  const fleet = new DraftFleet(bench);
  for (const draft of fleet.drafts) draft.isOpen = false;
  for (const candidate of candidates) {
    const node = fleet.drafts[candidate];
    if (node === undefined) continue;
    node.isOpen = true;
    const seating = new Seating(bench, fleet, { mayOpen: false });
    seating.run(bench.model.groups);
    node.isOpen = false;
    if (seating.seats.length === 0) continue;
    taking.add(candidate);
    // The next is asked as if this one had not been.
    for (const { batch, draft } of seating.seats) {
      draft.removeLast();
      fleet.counts.remove(batch.group.rules, draft.site);
    }
  }
  return taking;
}
