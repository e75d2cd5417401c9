import { availableParallelism } from 'node:os';
import type { SimulationStats } from '../../src/simulate/run/simulation-stats.ts';
import { firstMessageOf, startProcess } from './bench-process.ts';
import type { BenchOptions, BenchResult } from './bench-result.ts';
import { daysResults } from './days/days-figures.ts';
import { DAYS_FLEETS } from './days/days-fleets.ts';
import { type DaysSource, daysSources, daysWorldOf, sourceName } from './days/days-source.ts';

const DEFAULT_DAYS = 7;
/** Whose figures the others are divided by. */
const PEER = 'always-5-on-demand';

interface Task {
  readonly source: DaysSource;
  readonly fleet: string;
}

/** Days of traces and stories under our controller and its peers; one process for each, as many as there are cores. */
export async function daysSuite(
  isWanted: (name: string) => boolean,
  { traces = [], stories = [], days = DEFAULT_DAYS }: BenchOptions,
): Promise<readonly BenchResult[]> {
  if (!isWanted('days')) return [];
  const sources = daysSources({ traces, stories, days });
  const tasks = sources.flatMap((source) =>
    Object.keys(DAYS_FLEETS)
      .filter((fleet) => isWanted(`days/${sourceName(source)}/${fleet}`))
      .map((fleet) => ({ source, fleet })),
  );
  // What is wrong with a file is said before anything runs.
  for (const source of new Set(tasks.map((task) => task.source))) await daysWorldOf(source);
  const stats = await inParallel(tasks, lived);
  return tasks.flatMap(({ source, fleet }, i) => {
    const own = stats[i];
    const peer = stats[tasks.findIndex((one) => one.source === source && one.fleet === PEER)];
    if (own === undefined) return [];
    return daysResults(
      `days/${sourceName(source)}/${fleet}`,
      own,
      peer === undefined || fleet === PEER ? undefined : { name: PEER, stats: peer },
    );
  });
}

async function lived({ source, fleet }: Task): Promise<SimulationStats> {
  const stats = await firstMessageOf<SimulationStats>(
    startProcess('days-run.ts', [fleet, JSON.stringify(source)]),
  );
  console.error(`days/${sourceName(source)}/${fleet}: done`);
  return stats;
}

async function inParallel<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const left = all.map((one, i) => ({ one, i }));
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      results[next.i] = await work(next.one);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return results;
}
