import { hardestFirst, type PlannedPod } from '../../../src/decide/packing/binding-order.ts';
import { buyableNode } from '../../../src/decide/packing/buyable-node.ts';
import { type Workbench, workbenchOf } from '../../../src/decide/packing/draft-fleet.ts';
import { packAnew } from '../../../src/decide/packing/pack-anew.ts';
import { modelOf } from '../../../src/decide/packing/packing-model.ts';
import type { DaemonOverhead } from '../../../src/model/daemon-overhead.ts';
import type { Offering } from '../../../src/model/offering.ts';
import type { Pod } from '../../../src/model/pod.ts';

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
