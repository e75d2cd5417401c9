import { firstMessageOf, startProcess } from './bench-process.ts';
import type { BenchOptions, BenchResult } from './bench-result.ts';
import { type DecideFigures, growthExponent } from './decide/decide-figures.ts';
import { DECIDE_SCENARIOS } from './decide/scenarios.ts';

const SIZES = [10, 100, 1000, 5000];
/** Sizes between which growth is told; below the first of them what is the same at each size hides it. */
const GROWTH = [
  [1000, 5000],
  [10, 5000],
] as const;

/** One call of `decide` in each situation at each size, every pair in a process of its own. */
export async function decideSuite(
  isWanted: (name: string) => boolean,
  { sizes = SIZES, tree, profile }: BenchOptions,
): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { name } of DECIDE_SCENARIOS) {
    const means = new Map<number, number>();
    for (const size of sizes) {
      if (!isWanted(`decide/${name}/${size}`)) continue;
      const flags = profile === undefined ? [] : profilingOf(`${name}-${size}`, profile);
      const parameters = [name, String(size), ...(tree === undefined ? [] : ['--tree', tree])];
      const figures = await firstMessageOf<DecideFigures>(startProcess('decide-run.ts', parameters, flags));
      means.set(size, figures.meanMs);
      results.push(...resultsOf(`decide/${name}/${size}`, figures));
    }
    results.push(...growthOf(name, means));
  }
  return results;
}

function resultsOf(name: string, figures: DecideFigures): readonly BenchResult[] {
  console.error(`${name}: ${figures.rounds} rounds, plans ${figures.digest}`);
  return [
    { name, value: round(figures.meanMs), unit: 'ms' },
    { name: `${name}/p99`, value: round(figures.p99Ms), unit: 'ms' },
    { name: `${name}/stall`, value: round(figures.stallMs), unit: 'ms' },
    { name: `${name}/garbage`, value: round(figures.garbageMiB), unit: 'MiB' },
    { name: `${name}/peak-rss`, value: round(figures.peakRssMiB), unit: 'MiB' },
  ];
}

function growthOf(name: string, means: ReadonlyMap<number, number>): readonly BenchResult[] {
  return GROWTH.flatMap(([smaller, larger]) => {
    const [from, to] = [means.get(smaller), means.get(larger)];
    if (from === undefined || to === undefined) return [];
    const value = growthExponent({ size: smaller, value: from }, { size: larger, value: to });
    return [{ name: `decide/${name}/growth/${smaller}..${larger}`, value: round(value), unit: 'exponent' }];
  });
}

function profilingOf(name: string, folder: string): readonly string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=decide-${name}.cpuprofile`];
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
