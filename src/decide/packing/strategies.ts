import { CPU, MEMORY } from './axes.ts';
import type { Strategy } from './fill.ts';
import type { PackingModel } from './packing-model.ts';
import type { PodGroup } from './pod-groups.ts';
import { HOST } from './topology-rules.ts';

type Order = (a: PodGroup, b: PodGroup) => number;

/** Ways to place the groups, the most promising first. No one of them is the cheapest for every workload. */
export function strategiesFor(model: PackingModel): readonly Strategy[] {
  const cpu = sharesOf(model, CPU);
  const memory = sharesOf(model, MEMORY);
  const size = (group: PodGroup) => Math.max(cpu(group), memory(group));
  const sum = (group: PodGroup) => cpu(group) + memory(group);
  const apart = (group: PodGroup) => (keepsApart(model, group) ? 1 : 0);
  const by =
    (...keys: readonly ((group: PodGroup) => number)[]): Order =>
    (a, b) => {
      for (const key of keys) {
        const less = key(b) - key(a);
        if (less !== 0) return less;
      }
      return a.index - b.index;
    };
  const inOrder = (order: Order) => [...model.groups].sort((a, b) => b.priority - a.priority || order(a, b));
  const apartFirst = inOrder(by(apart, size, sum));
  return [
    { order: apartFirst, evenness: 0 },
    { order: inOrder(by(size, sum)), evenness: 0.9 },
    { order: inOrder(by(cpu, memory)), evenness: 0 },
    { order: inOrder(by(sum)), evenness: 0 },
    { order: apartFirst, evenness: 0.5 },
  ];
}

/** Whether its pods need a node each, however large nodes are. */
function keepsApart({ rules }: PackingModel, group: PodGroup): boolean {
  const { apart, bumps } = rules.ruleSet(group.rules);
  return apart.some(({ key, counter }) => key === HOST && bumps.includes(counter));
}

/** A pod's share of all that is asked for of a resource, by group. */
function sharesOf({ groups }: PackingModel, axis: number): (group: PodGroup) => number {
  const total = groups.reduce((sum, { need, pods }) => sum + (need[axis] ?? 0) * pods.length, 0);
  const shares = Float64Array.from(groups, ({ need }) => (need[axis] ?? 0) / Math.max(1, total));
  return ({ index }) => shares[index] ?? 0;
}
