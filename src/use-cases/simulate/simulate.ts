import { CombinedResults } from '../../simulate/run/combined-results.ts';
import type { SimulationResult } from '../../simulate/run/run-simulation.ts';
import { printFirstViolations } from './print-first-violations.ts';
import { runSeeds, type SeedRange } from './run-seeds.ts';
import type { SimulationRequest } from './simulation-request.ts';

export interface SimulationScope {
  readonly seeds: SeedRange;
  /** Threads to run the worlds in. */
  readonly workers: number;
}

/** How far a simulation is. */
export type SimulationProgress =
  | { readonly step: 'worlds'; readonly done: number; readonly of: number; readonly violations: number }
  | { readonly step: 'stories' };

/** The results of all seeds as one. */
export interface SimulationReport extends SimulationResult {
  /** How many worlds there were. */
  readonly seeds: number;
}

/**
 * Runs the real controller in the simulated world of each seed, and combines what came of them. The first violation of each
 * invariant tells the short story of its world.
 * @throws CommandError as `prepareSimulation` does
 */
export async function simulate(
  request: SimulationRequest,
  { seeds, workers }: SimulationScope,
  onProgress: (progress: SimulationProgress) => void = () => undefined,
): Promise<SimulationReport> {
  const of = seeds.last - seeds.first + 1;
  const results = new CombinedResults();
  let violations = 0;
  onProgress({ step: 'worlds', done: 0, of, violations });
  for await (const result of runSeeds(request, seeds, workers)) {
    results.add(result);
    violations += result.violations.length;
    onProgress({ step: 'worlds', done: results.count, of, violations });
  }
  const { count, whole } = results;
  if (violations > 0) onProgress({ step: 'stories' });
  return { ...whole, seeds: count, violations: await printFirstViolations(request, whole.violations) };
}
