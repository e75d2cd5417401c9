import { CPU, MEMORY, type PackingModel, type PodGroup } from '../model.ts';
import { HOST } from '../rules.ts';
import { seededRandom } from './seeded-random.ts';

/** A packing strategy: the order of the pods and how candidates are scored. */
export interface Strategy {
  readonly compare: Order;
  /** See `PlacerOptions`. */
  readonly evenness: number;
  readonly isBulk?: boolean;
}

export type Order = (a: PodGroup, b: PodGroup) => number;
type Key = (group: PodGroup) => number;

/** Ways to pack, the most promising first. No one of them is the cheapest for every workload. */
export function strategiesFor(model: PackingModel): readonly Strategy[] {
  const { cpu, memory, size, sum, apart: antiAffinity } = keysOf(model);
  return [
    { compare: by(antiAffinity, size, sum, cpu), evenness: 0 },
    { compare: by(antiAffinity, size, sum, cpu), evenness: 0.5 },
    { compare: by(size, sum, cpu), evenness: 0, isBulk: true },
    { compare: by(sum, cpu), evenness: 0 },
    { compare: by(size, sum, cpu), evenness: 0.9 },
    { compare: by(cpu, memory), evenness: 0 },
  ];
}

/** Order of ordered placement: groups with the strictest topology rules first, then by size. */
export function placementOrder(model: PackingModel): Order {
  const { size, sum } = keysOf(model);
  const narrowed: Key = ({ rules }) => {
    const { affinity, spread, antiAffinity } = model.rules.ruleSet(rules);
    if (spread.some(({ key }) => key !== HOST)) return 3;
    if (spread.length > 0) return 2;
    return affinity.length + antiAffinity.length > 0 ? 1 : 0;
  };
  return by(({ priority }) => priority, narrowed, size, sum);
}

/** Limits: placement orders that are tried, and orders × pods. */
const MAX_PLACEMENT_ORDERS = 8;
const PODS_FOR_PLACEMENT_ORDERS = 1200;

/**
 * Placement orders to try, the most promising first. The topology class of a group matters much for the cost of a small fleet,
 * and little for a large one.
 */
export function placementOrders(model: PackingModel): readonly [Order, ...Order[]] {
  const count = Math.max(
    1,
    Math.min(MAX_PLACEMENT_ORDERS, Math.floor(PODS_FOR_PLACEMENT_ORDERS / model.pods.length)),
  );
  const random = seededRandom();
  const shuffles = Array.from({ length: count - 1 }, () => {
    const ranks = model.groups.map(() => random(2 ** 30));
    return by(
      ({ priority }) => priority,
      ({ index }) => ranks[index] ?? 0,
    );
  });
  return [placementOrder(model), ...shuffles];
}

/** Binding order of groups without ordered placement: groups with a topology spread are bound last. */
export function bindingOrderOf(model: PackingModel): Order {
  const { size, sum } = keysOf(model);
  return by(({ rules }) => (model.rules.ruleSet(rules).spread.length > 0 ? 1 : 0), size, sum);
}

function keysOf(model: PackingModel): Readonly<Record<'cpu' | 'memory' | 'size' | 'sum' | 'apart', Key>> {
  const cpu = shareOf(model, CPU);
  const memory = shareOf(model, MEMORY);
  return {
    cpu,
    memory,
    size: (group) => Math.max(cpu(group), memory(group)),
    sum: (group) => cpu(group) + memory(group),
    apart: (group) => (hasAntiAffinity(model, group) ? 1 : 0),
  };
}

/** The larger first, by the first key that differs. */
function by(...keys: readonly Key[]): Order {
  const known = new Map<PodGroup, Float64Array>();
  const keysOfGroup = (group: PodGroup) => {
    let list = known.get(group);
    if (list === undefined) known.set(group, (list = Float64Array.from(keys, (key) => key(group))));
    return list;
  };
  return (a, b) => {
    const keysOfA = keysOfGroup(a);
    const keysOfB = keysOfGroup(b);
    for (let i = 0; i < keysOfA.length; i += 1) {
      const more = (keysOfB[i] as number) - (keysOfA[i] as number);
      if (more !== 0) return more;
    }
    return a.index - b.index;
  };
}

/** Whether its pods need a node each, however large nodes are. */
function hasAntiAffinity({ rules }: PackingModel, group: PodGroup): boolean {
  const { antiAffinity, countedBy } = rules.ruleSet(group.rules);
  return antiAffinity.some(({ key, counter }) => key === HOST && countedBy.includes(counter));
}

/** A pod's share of all that is asked for of a resource, by group. */
function shareOf({ groups }: PackingModel, dimension: number): Key {
  const total = groups.reduce((sum, { need, pods }) => sum + (need[dimension] ?? 0) * pods.length, 0);
  const shares = Float64Array.from(groups, ({ need }) => (need[dimension] ?? 0) / Math.max(1, total));
  return ({ index }) => shares[index] ?? 0;
}
