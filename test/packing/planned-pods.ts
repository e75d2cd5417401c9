import type { DaemonOverhead } from '../../src/model/daemon-overhead.ts';
import type { Offering } from '../../src/model/offering.ts';
import type { Pod } from '../../src/model/pod.ts';
import { type Workbench, workbenchOf } from '../../src/packing/filling/draft-fleet.ts';
import { buyableNode } from '../../src/packing/model/buyable-node.ts';
import { modelOf } from '../../src/packing/model/packing-model.ts';
import { hardestFirst, type PlannedPod } from '../../src/packing/rehearsal/binding-order.ts';
import { packAnew } from '../../src/packing/search/pack-anew.ts';

export interface Planned {
  readonly bench: Workbench;
  /** Pods with the fewest nodes that would do first. */
  readonly pods: readonly PlannedPod[];
}

/** A plan as it is before it is rehearsed. */
export function planned(
  pods: readonly Pod[],
  offerings: readonly Offering[],
  daemons: readonly DaemonOverhead[] = [],
): Planned {
  const buyable = offerings.map((one) => buyableNode(one, daemons, one.priceUsdPerHour ?? 0));
  const bench = workbenchOf(modelOf({ pods, buyable, present: [], maxNewNodes: 1000 }));
  const { drafts } = packAnew(bench, []);
  const items = drafts.flatMap((draft) => draft.items.map(({ batch, pod }) => ({ batch, pod, draft })));
  items.sort((a, b) => a.batch.turn - b.batch.turn);
  const inTurn = items.flatMap(({ batch, pod, draft }): PlannedPod[] => {
    const group = bench.model.groups[batch.group.index];
    return group === undefined ? [] : [{ group, pod, draft }];
  });
  return { bench, pods: hardestFirst(bench, inTurn) ?? inTurn };
}
