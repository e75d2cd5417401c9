import { runSimulation } from '../../src/simulate/run/run-simulation.ts';
import { readSimulationOptions } from '../../src/use-cases/simulate/prepare-simulation.ts';

/** A day is not needed for one broken law; the last hour and a half is without faults. */
const HOURS = 12;
/** Seeds within which every mutant has to be caught. */
const MAX_SEEDS = 500;

/** What became of one mutant, or of the controller as it is (`invariant` absent), in the seeds that were tried. */
export interface Trial {
  readonly seeds: number;
  /** The violation that was looked for: of the mutant's invariant, or any at all. */
  readonly caught?: { readonly seed: number; readonly invariant: number; readonly fact: string };
}

/** Runs seed after seed until the invariant (any, when none is named) is broken. */
export async function trySeeds(seeds: Iterable<number>, invariant?: number): Promise<Trial> {
  const optionsOf = await readSimulationOptions({ hours: HOURS, faults: 'all' });
  let tried = 0;
  for (const seed of seeds) {
    tried += 1;
    const { violations } = await runSimulation({
      ...optionsOf(seed),
      ...(invariant !== undefined && { untilBroken: invariant, judged: new Set([invariant]) }),
    });
    const found = violations.find((one) => invariant === undefined || one.invariant === invariant);
    if (found === undefined) continue;
    const [fact = ''] = found.story.split('\n');
    return { seeds: tried, caught: { seed, invariant: found.invariant, fact } };
  }
  return { seeds: tried };
}

/** `first`, and then all others. */
export function* seedsFrom(first: number): Generator<number> {
  yield first;
  for (let seed = 1; seed <= MAX_SEEDS; seed += 1) if (seed !== first) yield seed;
}
