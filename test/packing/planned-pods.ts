import type { DaemonOverhead } from '../../src/model/daemon-overhead.ts';
import type { Offering } from '../../src/model/offering.ts';
import type { Pod } from '../../src/model/pod.ts';
import { type PackingContext, packingContextOf } from '../../src/packing/filling/bin-fleet.ts';
import { buyableNode } from '../../src/packing/model/buyable-node.ts';
import { modelOf } from '../../src/packing/model/packing-model.ts';
import { hardestFirst, type PlannedPod } from '../../src/packing/rehearsal/binding-order.ts';
import { packNewNodes } from '../../src/packing/search/pack-new-nodes.ts';

export interface Planned {
  readonly context: PackingContext;
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
  const context = packingContextOf(modelOf({ pods, buyable, present: [], maxNewNodes: 1000 }));
  const { bins } = packNewNodes(context, []);
  const items = bins.flatMap((bin) => bin.items.map(({ batch, pod }) => ({ batch, pod, bin })));
  items.sort((a, b) => a.batch.bindingOrder - b.batch.bindingOrder);
  const inTurn = items.flatMap(({ batch, pod, bin }): PlannedPod[] => {
    const group = context.model.groups[batch.group.index];
    return group === undefined ? [] : [{ group, pod, bin }];
  });
  return { context, pods: hardestFirst(context, inTurn) ?? inTurn };
}
