import { CPU, MEMORY } from './axes.ts';
import type { PackingModel } from './packing-model.ts';

/**
 * What a unit of CPU and of memory is worth in USD per hour, by axis: both together as much as the cheapest offer asks for
 * what all pods ask for, half of it each. Other resources are worth nothing here: only the two are what nodes are balanced by.
 */
export function worthOf({
  buyable,
  groups,
  axes,
}: Pick<PackingModel, 'buyable' | 'groups' | 'axes'>): Float64Array {
  const asked = [CPU, MEMORY].map((axis) =>
    Math.max(
      1,
      groups.reduce((sum, { need, pods }) => sum + (need[axis] ?? 0) * pods.length, 0),
    ),
  );
  const [cpu = 1, memory = 1] = asked;
  const prices = buyable.map(({ free, costUsdPerHour }) => {
    const halves = (free.cpuMillis / cpu + free.memoryMiB / memory) / 2;
    return halves > 0 ? costUsdPerHour / halves : Number.POSITIVE_INFINITY;
  });
  const least = prices.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const total = Number.isFinite(least) && least > 0 ? least : 1;
  const worth = new Float64Array(axes.count);
  worth[CPU] = total / 2 / cpu;
  worth[MEMORY] = total / 2 / memory;
  return worth;
}
