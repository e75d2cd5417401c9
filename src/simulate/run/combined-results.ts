import { createHash } from 'node:crypto';
import type { Violation } from '../judge/violation.ts';
import type { SimulationResult } from './run-simulation.ts';
import { combinedStats, type SimulationStats } from './simulation-stats.ts';

/** The results of several seeds as one: added in their order, however many, none is kept but for its violations. */
export class CombinedResults {
  readonly #digest = createHash('sha256');
  readonly #violations: Violation[] = [];
  #stats: SimulationStats = combinedStats([]);
  #count = 0;

  add({ digest, violations, stats }: SimulationResult): void {
    this.#digest.update(`${digest}\n`);
    this.#violations.push(...violations);
    this.#stats = combinedStats([this.#stats, stats]);
    this.#count += 1;
  }

  /** How many were added. */
  get count(): number {
    return this.#count;
  }

  /** Their violations, the sums of their figures, and a digest over their digests. */
  get whole(): SimulationResult {
    return {
      violations: this.#violations,
      stats: this.#stats,
      digest: `sha256:${this.#digest.copy().digest('hex')}`,
    };
  }
}
