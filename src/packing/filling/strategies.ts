import { CPU, MEMORY } from '../model/axes.ts';
import type { PackingModel } from '../model/packing-model.ts';
import type { PodGroup } from '../model/pod-groups.ts';
import { HOST } from '../rules/topology-rules.ts';
import { drawer } from './drawer.ts';

/** One way to pack: in which order, and how choices are weighed. */
export interface Strategy {
  readonly compare: Order;
  /** See `FillOptions`. */
  readonly evenness: number;
  readonly isBulk?: boolean;
}

export type Order = (a: PodGroup, b: PodGroup) => number;
type Key = (group: PodGroup) => number;

/** Ways to pack, the most promising first. No one of them is the cheapest for every workload. */
export function strategiesFor(model: PackingModel): readonly Strategy[] {
  const { cpu, memory, size, sum, apart } = keysOf(model);
  return [
    { compare: by(apart, size, sum, cpu), evenness: 0 },
    { compare: by(apart, size, sum, cpu), evenness: 0.5 },
    { compare: by(size, sum, cpu), evenness: 0, isBulk: true },
    { compare: by(sum, cpu), evenness: 0 },
    { compare: by(size, sum, cpu), evenness: 0.9 },
    { compare: by(cpu, memory), evenness: 0 },
  ];
}

/** The order in which groups are seated: the most narrowed by others first, while there is choice; then the largest. */
export function seatingOrder(model: PackingModel): Order {
  const { size, sum } = keysOf(model);
  const narrowed: Key = ({ rules }) => {
    const { near, spread, apart } = model.rules.ruleSet(rules);
    if (spread.some(({ key }) => key !== HOST)) return 3;
    if (spread.length > 0) return 2;
    return near.length + apart.length > 0 ? 1 : 0;
  };
  return by(({ priority }) => priority, narrowed, size, sum);
}

/** Seatings that are tried for few pods, and pods for which each is worth its time. */
const MOST_SEATINGS = 8;
const PODS_OF_SEATINGS = 1200;

/**
 * Orders of seating to try, the best guess first. Which site a group gets decides much of the cost of a small fleet, and
 * little of a large one, whose pods even it out.
 */
export function seatingOrders(model: PackingModel): readonly [Order, ...Order[]] {
  const count = Math.max(1, Math.min(MOST_SEATINGS, Math.floor(PODS_OF_SEATINGS / model.pods.length)));
  const draw = drawer();
  const shuffles = Array.from({ length: count - 1 }, () => {
    const ranks = model.groups.map(() => draw(2 ** 30));
    return by(
      ({ priority }) => priority,
      ({ index }) => ranks[index] ?? 0,
    );
  });
  return [seatingOrder(model), ...shuffles];
}

/** The order of turns of groups that need no seat: those that count others on their node are bound before these. */
export function turnOrder(model: PackingModel): Order {
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
    apart: (group) => (keepsApart(model, group) ? 1 : 0),
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
function keepsApart({ rules }: PackingModel, group: PodGroup): boolean {
  const { apart, bumps } = rules.ruleSet(group.rules);
  return apart.some(({ key, counter }) => key === HOST && bumps.includes(counter));
}

/** A pod's share of all that is asked for of a resource, by group. */
function shareOf({ groups }: PackingModel, axis: number): Key {
  const total = groups.reduce((sum, { need, pods }) => sum + (need[axis] ?? 0) * pods.length, 0);
  const shares = Float64Array.from(groups, ({ need }) => (need[axis] ?? 0) / Math.max(1, total));
  return ({ index }) => shares[index] ?? 0;
}
