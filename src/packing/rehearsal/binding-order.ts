import type { Pod } from '../../model/pod.ts';
import { BinFleet, type NodeBin, type PackingContext, satisfiesHostRules } from '../filling.ts';
import type { PodGroup } from '../model.ts';

/** A pod and the node that it is planned for. */
export interface PlannedPod {
  readonly group: PodGroup;
  readonly pod: Pod;
  readonly bin: NodeBin;
}

/** Pods of one group that are not bound yet, by topology class. */
interface Queue {
  readonly group: PodGroup;
  byTopologyClass: readonly PlannedPod[][];
}

/** A further empty node is always possible, so the minimum of every spread over hostnames is 0. */
const ANOTHER_NODE: readonly number[] = [];

/**
 * The same plan in the binding order that suits kube-scheduler: pods with the fewest feasible nodes first, larger ones first
 * among equals, as far as the rules allow. kube-scheduler puts small pods on the emptiest node, which takes the room from pods
 * that fit nowhere else. `undefined` when no such order was found; cost is about pods × rounds.
 */
export function hardestFirst(
  context: PackingContext,
  planned: readonly PlannedPod[],
): readonly PlannedPod[] | undefined {
  const order: PlannedPod[] = [];
  const shadow = new ShadowFleet(context, planned);
  let waiting = queuesOf(context, planned);
  while (waiting.length > 0) {
    const before = order.length;
    for (const queue of waiting) shadow.bindAll(queue, order);
    waiting = waiting.filter(({ byTopologyClass }) => byTopologyClass.some((list) => list.length > 0));
    if (order.length === before) return undefined;
  }
  return order;
}

/**
 * The same plan in the desired order, as far as the rules allow: a pod that depends on others is bound right after them.
 * `undefined` when some pod can never be bound. Cost: at worst quadratic in the number of pods.
 */
export function inValidOrder(
  context: PackingContext,
  desired: readonly PlannedPod[],
): readonly PlannedPod[] | undefined {
  const order: PlannedPod[] = [];
  const shadow = new ShadowFleet(context, desired);
  let waiting: readonly PlannedPod[] = [];
  for (const next of desired) {
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
  readonly #context: PackingContext;
  readonly #fleet: BinFleet;
  readonly #shadowOf: ReadonlyMap<NodeBin, NodeBin>;

  constructor(context: PackingContext, planned: readonly PlannedPod[]) {
    this.#context = context;
    const fleet = new BinFleet(
      context,
      planned.every(({ bin }) => bin.present === undefined),
    );
    const present = [...fleet.bins];
    this.#fleet = fleet;
    this.#shadowOf = new Map(
      [...new Set(planned.map(({ bin }) => bin))].map((bin) => {
        const existing = bin.present === undefined ? undefined : present[bin.present];
        return [bin, existing ?? fleet.open(bin.topologyClass, bin.tableId, bin.row)];
      }),
    );
  }

  /** Binds the pods of the queue that can be bound, alternating between topology classes; the others stay in the queue. */
  bindAll(queue: Queue, order: PlannedPod[]): void {
    const stuck: PlannedPod[][] = queue.byTopologyClass.map(() => []);
    for (let isMoving = true; isMoving;) {
      isMoving = false;
      queue.byTopologyClass.forEach((list, index) => {
        const next = list.at(-1);
        if (next === undefined || !this.#fleet.counts.allows(queue.group.rules, next.bin.topologyClass))
          return;
        list.pop();
        if (!this.#bindOnNode(next, order)) stuck[index]?.push(next);
        isMoving = true;
      });
    }
    queue.byTopologyClass = queue.byTopologyClass.map((list, index) => [...list, ...(stuck[index] ?? [])]);
  }

  /** Binds the pod to its node and adds it to the order, unless a rule forbids it now. */
  bind(planned: PlannedPod, order: PlannedPod[]): boolean {
    const { group, bin } = planned;
    return this.#fleet.counts.allows(group.rules, bin.topologyClass) && this.#bindOnNode(planned, order);
  }

  #bindOnNode(planned: PlannedPod, order: PlannedPod[]): boolean {
    const { group, pod, bin } = planned;
    const shadow = this.#shadowOf.get(bin);
    if (shadow === undefined) return false;
    const { counts } = this.#fleet;
    const hostRules = this.#context.hostRules.ofRuleSet(group.rules);
    const isFirst = counts.isFirst(group.rules);
    const batch = { group, hostRules, bindingOrder: order.length, topologyClass: bin.topologyClass, isFirst };
    if (!satisfiesHostRules(shadow, batch, ANOTHER_NODE)) return false;
    shadow.add({ batch, pod });
    counts.add(group.rules, bin.topologyClass);
    order.push(planned);
    return true;
  }
}

function queuesOf({ model, shadowPrices }: PackingContext, planned: readonly PlannedPod[]): Queue[] {
  const bins = [...new Set(planned.map(({ bin }) => bin))];
  const kinds = [...Map.groupBy(bins, ({ table, row }) => table.offers[row] ?? -1)];
  const byGroup = Map.groupBy(planned, ({ group }) => group);
  const queues = [...byGroup].map(([group, pods]) => {
    const admitted = model.admitted[group.choice];
    const slots = kinds.reduce(
      (sum, [place, same]) => sum + (admitted?.[place] === 1 ? same.length * slotsOn(same[0], group) : 0),
      0,
    );
    const size = group.need.reduce(
      (sum, amount, dimension) => sum + amount * (shadowPrices[dimension] ?? 0),
      0,
    );
    const byTopologyClass = [...Map.groupBy(pods.toReversed(), ({ bin }) => bin.topologyClass).values()];
    return { group, byTopologyClass, slots, size };
  });
  return queues.sort((a, b) => a.slots - b.slots || b.size - a.size || a.group.index - b.group.index);
}

/** How many such pods the node's offer, empty, has room for. */
function slotsOn(bin: NodeBin | undefined, { need }: PodGroup): number {
  if (bin === undefined) return 0;
  let slots = Number.POSITIVE_INFINITY;
  need.forEach((amount, dimension) => {
    if (amount > 0) slots = Math.min(slots, Math.floor(bin.table.capacity(bin.row, dimension) / amount));
  });
  return slots;
}
