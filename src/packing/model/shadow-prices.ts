import type { PackingModel } from './packing-model.ts';
import { CPU, MEMORY } from './resource-dimensions.ts';

/**
 * Shadow price of a unit of CPU and of memory in USD per hour, by resource dimension. Both together price the requests of all
 * pods like the cheapest offer does, half each. Other resources have price 0: only CPU and memory are balanced.
 */
export function shadowPricesOf({
  buyable,
  groups,
  dimensions,
}: Pick<PackingModel, 'buyable' | 'groups' | 'dimensions'>): Float64Array {
  const asked = [CPU, MEMORY].map((dimension) =>
    Math.max(
      1,
      groups.reduce((sum, { need, pods }) => sum + (need[dimension] ?? 0) * pods.length, 0),
    ),
  );
  const [cpu = 1, memory = 1] = asked;
  const prices = buyable.map(({ free, costUsdPerHour }) => {
    const halves = (free.cpuMillis / cpu + free.memoryMiB / memory) / 2;
    return halves > 0 ? costUsdPerHour / halves : Number.POSITIVE_INFINITY;
  });
  const min = prices.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const total = Number.isFinite(min) && min > 0 ? min : 1;
  const shadowPrices = new Float64Array(dimensions.count);
  shadowPrices[CPU] = total / 2 / cpu;
  shadowPrices[MEMORY] = total / 2 / memory;
  return shadowPrices;
}
