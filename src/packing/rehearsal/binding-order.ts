import type { Pod } from '../../model/pod.ts';
import { DraftFleet, type Workbench } from '../filling/draft-fleet.ts';
import { fitsBeside } from '../filling/host-rules.ts';
import type { NodeDraft } from '../filling/node-draft.ts';
import type { PodGroup } from '../model/pod-groups.ts';

/** A pod and the node that it is planned for. */
export interface PlannedPod {
  readonly group: PodGroup;
  readonly pod: Pod;
  readonly draft: NodeDraft;
}

/** Pods of one group that wait for their turn, by site. */
interface Queue {
  readonly group: PodGroup;
  bySite: readonly PlannedPod[][];
}

/** Another node is always possible and has no pod, so no spread over hostnames counts more than none as the fewest. */
const ANOTHER_NODE: readonly number[] = [];

/**
 * The same plan in the order that helps a scheduler which chooses nodes by its own mind: pods with the least choice among
 * the plan's nodes first, the larger of these first, as far as the rules let them. It puts small pods where most room is,
 * and would take it from those that have no other place. `undefined` when no such order was found; cost is about pods × rounds.
 */
export function hardestFirst(
  bench: Workbench,
  planned: readonly PlannedPod[],
): readonly PlannedPod[] | undefined {
  const order: PlannedPod[] = [];
  const shadow = new ShadowFleet(bench, planned);
  let waiting = queuesOf(bench, planned);
  while (waiting.length > 0) {
    const before = order.length;
    for (const queue of waiting) shadow.bindAll(queue, order);
    waiting = waiting.filter(({ bySite }) => bySite.some((list) => list.length > 0));
    if (order.length === before) return undefined;
  }
  return order;
}

/**
 * The same plan in the wished order as far as the rules let it: who must wait for others comes right after them. `undefined`
 * when somebody's turn never comes; cost is about pods squared at worst.
 */
export function inLegalOrder(
  bench: Workbench,
  wished: readonly PlannedPod[],
): readonly PlannedPod[] | undefined {
  const order: PlannedPod[] = [];
  const shadow = new ShadowFleet(bench, wished);
  let waiting: readonly PlannedPod[] = [];
  for (const next of wished) {
    if (!shadow.bind(next, order)) {
      waiting = [...waiting, next];
      continue;
    }
    for (let before = -1; waiting.length > 0 && waiting.length !== before;) {
      before = waiting.length;
      waiting = waiting.filter((one) => !shadow.bind(one, order));
    }
  }
  return waiting.length === 0 ? order : undefined;
}

/** The plan's nodes, filled once more. */
class ShadowFleet {
  readonly #bench: Workbench;
  readonly #fleet: DraftFleet;
  readonly #shadowOf: ReadonlyMap<NodeDraft, NodeDraft>;

  constructor(bench: Workbench, planned: readonly PlannedPod[]) {
    this.#bench = bench;
    const fleet = new DraftFleet(
      bench,
      planned.every(({ draft }) => draft.present === undefined),
    );
    const present = [...fleet.drafts];
    this.#fleet = fleet;
    this.#shadowOf = new Map(
      [...new Set(planned.map(({ draft }) => draft))].map((draft) => {
        const standing = draft.present === undefined ? undefined : present[draft.present];
        return [draft, standing ?? fleet.open(draft.site, draft.tableId, draft.row)];
      }),
    );
  }

  /** Binds what can be bound of the queue, site by site in turns, and leaves the rest in it. */
  bindAll(queue: Queue, order: PlannedPod[]): void {
    const stuck: PlannedPod[][] = queue.bySite.map(() => []);
    for (let isMoving = true; isMoving;) {
      isMoving = false;
      queue.bySite.forEach((list, index) => {
        const next = list.at(-1);
        if (next === undefined || !this.#fleet.counts.allows(queue.group.rules, next.draft.site)) return;
        list.pop();
        if (!this.#bindOnNode(next, order)) stuck[index]?.push(next);
        isMoving = true;
      });
    }
    queue.bySite = queue.bySite.map((list, index) => [...list, ...(stuck[index] ?? [])]);
  }

  /** Binds the pod to its node and adds it to the order, unless a rule forbids it now. */
  bind(planned: PlannedPod, order: PlannedPod[]): boolean {
    const { group, draft } = planned;
    return this.#fleet.counts.allows(group.rules, draft.site) && this.#bindOnNode(planned, order);
  }

  #bindOnNode(planned: PlannedPod, order: PlannedPod[]): boolean {
    const { group, pod, draft } = planned;
    const shadow = this.#shadowOf.get(draft);
    if (shadow === undefined) return false;
    const { counts } = this.#fleet;
    const hostRules = this.#bench.hostRules.ofRuleSet(group.rules);
    const isFirst = counts.isFirst(group.rules);
    const batch = { group, hostRules, turn: order.length, site: draft.site, isFirst };
    if (!fitsBeside(shadow, batch, ANOTHER_NODE)) return false;
    shadow.add({ batch, pod });
    counts.add(group.rules, draft.site);
    order.push(planned);
    return true;
  }
}

function queuesOf({ model, worth }: Workbench, planned: readonly PlannedPod[]): Queue[] {
  const drafts = [...new Set(planned.map(({ draft }) => draft))];
  const kinds = [...Map.groupBy(drafts, ({ table, row }) => table.offers[row] ?? -1)];
  const byGroup = Map.groupBy(planned, ({ group }) => group);
  const queues = [...byGroup].map(([group, pods]) => {
    const admitted = model.admitted[group.choice];
    const slots = kinds.reduce(
      (sum, [place, same]) => sum + (admitted?.[place] === 1 ? same.length * slotsOn(same[0], group) : 0),
      0,
    );
    const size = group.need.reduce((sum, amount, axis) => sum + amount * (worth[axis] ?? 0), 0);
    const bySite = [...Map.groupBy(pods.toReversed(), ({ draft }) => draft.site).values()];
    return { group, bySite, slots, size };
  });
  return queues.sort((a, b) => a.slots - b.slots || b.size - a.size || a.group.index - b.group.index);
}

/** How many such pods the node's offer, empty, has room for. */
function slotsOn(draft: NodeDraft | undefined, { need }: PodGroup): number {
  if (draft === undefined) return 0;
  let slots = Number.POSITIVE_INFINITY;
  need.forEach((amount, axis) => {
    if (amount > 0) slots = Math.min(slots, Math.floor(draft.table.capacity(draft.row, axis) / amount));
  });
  return slots;
}
