import type { Offering } from '../../../model/offering.ts';
import type { Pod } from '../../../model/pod.ts';
import { buyableNode, type PresentNode } from '../../../packing/model.ts';
import type { DecisionContext } from '../../state/decision-context.ts';
import type { Worker } from '../../state/fleet.ts';

export interface Elsewhere {
  /** Workers that the pods must leave. */
  readonly leaving: readonly Worker[];
  readonly situation: DecisionContext;
  readonly buyable: readonly Offering[];
  /** Every node, those open that pods may move to. */
  readonly room: readonly PresentNode[];
}

/** What must be bought so that these pods stand elsewhere, beside the room there is; `undefined` when not all of them can. */
export function packElsewhere(
  pods: readonly Pod[],
  { leaving, situation: context, buyable, room }: Elsewhere,
): readonly Offering[] | undefined {
  const priced = buyable.flatMap((offering) => {
    const costUsdPerHour = context.costOf(offering)?.totalUsdPerHour;
    return costUsdPerHour === undefined
      ? []
      : [buyableNode(offering, context.snapshot.daemons, costUsdPerHour)];
  });
  const present = presentWithout(leaving, pods, room);
  const maxNewNodes = Math.max(0, context.policy.nodes.max - context.fleet.billable);
  const solution = context.solve({ pods, buyable: priced, present, maxNewNodes });
  if (solution.unplaced.length > 0) return undefined;
  return solution.newNodes.map(({ offering }) => offering);
}

/** The nodes as they would be: those that are left are closed, with only what is not moved on them, all others as they are. */
function presentWithout(
  leaving: readonly Worker[],
  pods: readonly Pod[],
  room: readonly PresentNode[],
): readonly PresentNode[] {
  const gone = new Set(leaving.map(({ id }) => id));
  const moved = new Set(pods);
  return room.map((node) =>
    gone.has(node.place.id)
      ? { ...node, isOpen: false, pods: node.pods.filter((pod) => !moved.has(pod)) }
      : node,
  );
}
