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
  let fleet = new DraftFleet(bench);
  for (const candidate of candidates) {
    for (const draft of fleet.drafts) draft.isOpen = draft.present === candidate;
    const seating = new Seating(bench, fleet, { mayOpen: false });
    seating.run(bench.model.groups);
    if (seating.seats.length === 0) continue;
    taking.add(candidate);
    // It stands there now: the next is asked anew.
    fleet = new DraftFleet(bench);
  }
  return taking;
}
