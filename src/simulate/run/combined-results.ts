import { createHash } from 'node:crypto';
import type { Violation } from '../judge/violation.ts';
import type { SimulationResult, SimulationStats } from './run-simulation.ts';

/** The results of several seeds as one: added in their order, however many, none is kept but for its violations. */
export class CombinedResults {
  readonly #digest = createHash('sha256');
  readonly #violations: Violation[] = [];
  #stats: SimulationStats = NO_STATS;
  #count = 0;

  add({ digest, violations, stats }: SimulationResult): void {
    this.#digest.update(`${digest}\n`);
    this.#violations.push(...violations);
    this.#stats = sumOf(this.#stats, stats);
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

const NO_STATS: SimulationStats = {
  launches: 0,
  terminations: 0,
  interruptions: 0,
  crashes: 0,
  nodeHours: 0,
  costUsd: 0,
  shortMinutes: 0,
};

function sumOf(a: SimulationStats, b: SimulationStats): SimulationStats {
  return {
    launches: a.launches + b.launches,
    terminations: a.terminations + b.terminations,
    interruptions: a.interruptions + b.interruptions,
    crashes: a.crashes + b.crashes,
    nodeHours: a.nodeHours + b.nodeHours,
    costUsd: a.costUsd + b.costUsd,
    shortMinutes: a.shortMinutes + b.shortMinutes,
  };
}
