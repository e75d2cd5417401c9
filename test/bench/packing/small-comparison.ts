import { packFleet } from '../../../src/packing/pack-fleet.ts';
import { answerOf } from '../../packing-checker/answer-of.ts';
import { checkPacking } from '../../packing-checker/check-packing.ts';
import { podOfShort } from '../../packing-checker/short-pods.ts';
import { exactOptimum } from './exact-optimum.ts';
import { lowerBound } from './lower-bound.ts';
import { smallInstance } from './small-instances.ts';

/** How the packer does beside the exact optimum. */
export interface SmallComparison {
  /** Instances in which both place every pod. */
  readonly compared: number;
  /** Of those, how many the packer solves at the least cost there is. */
  readonly optimal: number;
  /** Instances in which the packer leaves pods out that an exact search places. */
  readonly leftOut: number;
  /** The packer's cost over the optimum's. */
  readonly meanRatio: number;
  readonly worstRatio: number;
  /** What cannot be: wrong answers, an optimum below the bound, a packer below the optimum. */
  readonly faults: readonly string[];
}

/** Compares on the instances of these seeds, both included. */
export async function compareSmallInstances(first: number, last: number): Promise<SmallComparison> {
  const ratios: number[] = [];
  const faults: string[] = [];
  let leftOut = 0;
  for (let seed = first; seed <= last; seed += 1) {
    const outcome = await compareOne(seed);
    faults.push(...outcome.faults.map((fault) => `seed ${seed}: ${fault}`));
    if (outcome.ratio === 'left-out') leftOut += 1;
    else if (outcome.ratio !== undefined) ratios.push(outcome.ratio);
  }
  return {
    compared: ratios.length,
    optimal: ratios.filter((ratio) => ratio < 1 + 1e-9).length,
    leftOut,
    meanRatio: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length,
    worstRatio: Math.max(...ratios),
    faults,
  };
}

async function compareOne(
  seed: number,
): Promise<{ readonly ratio: number | 'left-out' | undefined; readonly faults: readonly string[] }> {
  const { pods: shorts, offerings } = smallInstance(seed);
  const pods = shorts.map(podOfShort);
  const task = { pods, offerings };
  const packed = answerOf(packFleet(pods, offerings));
  const optimum = exactOptimum(pods, offerings);
  const faults = [...checkPacking(task, packed)];
  if (optimum === undefined) {
    if (packed.unplaced.length === 0) faults.push('the packer places all, an exact search does not');
    return { ratio: undefined, faults };
  }
  faults.push(...checkPacking(task, optimum).map((fault) => `the optimum is wrong: ${fault}`));
  const bound = await lowerBound(pods, offerings);
  const slack = 1e-9 * optimum.costUsdPerHour;
  if (optimum.costUsdPerHour < bound - slack) faults.push('the optimum is below the lower bound');
  if (packed.unplaced.length > 0) return { ratio: 'left-out', faults };
  if (packed.costUsdPerHour < optimum.costUsdPerHour - slack) faults.push('the packer is below the optimum');
  return { ratio: packed.costUsdPerHour / optimum.costUsdPerHour, faults };
}
