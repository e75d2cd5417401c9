import type { SimulationStats } from '../../../src/simulate/run/simulation-stats.ts';
import type { BenchResult } from '../bench-result.ts';

interface Figure {
  readonly key: keyof SimulationStats;
  readonly name: string;
  readonly unit: string;
  readonly digits: number;
}

/** What is told of each fleet's days, in the order of the table. */
const FIGURES: readonly Figure[] = [
  { key: 'nodeHours', name: 'node-hours', unit: 'h', digits: 1 },
  { key: 'realUsd', name: 'real', unit: 'USD', digits: 2 },
  { key: 'listUsd', name: 'list', unit: 'USD', digits: 2 },
  { key: 'diskUsd', name: 'disk', unit: 'USD', digits: 2 },
  { key: 'surplusUsd', name: 'surplus', unit: 'USD', digits: 2 },
  { key: 'shortMinutes', name: 'short', unit: 'min', digits: 0 },
  { key: 'launches', name: 'launches', unit: '', digits: 0 },
  { key: 'launchesUndone', name: 'undone', unit: '', digits: 0 },
  { key: 'overProvisioning', name: 'over-provisioning', unit: '', digits: 2 },
  { key: 'zoneSkewPercent', name: 'zones-skewed', unit: '%', digits: 0 },
  { key: 'evictions', name: 'evictions', unit: '', digits: 0 },
];

/** The figures as results of the bench, beside those of the fleet that ours is compared with. */
export function daysResults(
  prefix: string,
  stats: SimulationStats,
  peer?: { readonly name: string; readonly stats: SimulationStats },
): readonly BenchResult[] {
  // Undone launches are counted by operations, and peers have none.
  const isOurs = /\/(ours|classic)$/.test(prefix);
  const figures = FIGURES.filter(({ key }) => isOurs || key !== 'launchesUndone');
  return figures.map(({ key, name, unit, digits }) => {
    const of = peer?.stats[key] ?? 0;
    return {
      name: `${prefix}/${name}`,
      value: Number(stats[key].toFixed(digits)),
      unit,
      ...(peer !== undefined &&
        of > 0 && { ratioTo: peer.name, ratio: Number((stats[key] / of).toFixed(3)) }),
    };
  });
}

/** The results as people read them: a table of fleets for each world, and the sums over all worlds. */
export function daysTable(
  results: readonly BenchResult[],
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const rows: Record<string, Record<string, number>> = {};
  for (const { name, value, unit } of results) {
    const [, world = '', fleet = '', figure = ''] = name.split('/');
    const row = (rows[`${world} ${fleet}`] ??= {});
    row[unit === '' ? figure : `${figure} ${unit}`] = value;
  }
  return rows;
}
