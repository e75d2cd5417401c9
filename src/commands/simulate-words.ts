import type { SimulationProgress, SimulationReport } from '../use-cases/simulate/simulate.ts';
import type { SimulationRequest } from '../use-cases/simulate/simulation-request.ts';
import { type Paint, plain } from './output/paint.ts';
import { tableLines } from './output/table.ts';

interface Worlds extends Pick<SimulationRequest, 'hours' | 'faults'> {
  readonly seeds: { readonly first: number; readonly last: number };
}

/** The report for people: a table of sums, then the story of each violation. */
export function simulationText(
  { seeds, hours, faults }: Worlds,
  { violations, stats, digest }: SimulationReport,
  paint: Paint = plain,
): string {
  const rows = [
    ['worlds', `seeds ${seeds.first} to ${seeds.last}, ${hours} h each, faults: ${faults}`],
    ['violations', paint(violations.length === 0 ? 'green' : 'red', `${violations.length}`)],
    ['launches', `${stats.launches}`],
    ['terminations', `${stats.terminations}`],
    ['interruptions', `${stats.interruptions}`],
    ['crashes', `${stats.crashes}`],
    ['node hours', stats.nodeHours.toFixed(1)],
    ['cost', `${stats.costUsd.toFixed(2)} USD`],
    ['short of capacity', `${stats.shortMinutes} min`],
    ['digest', digest],
  ];
  const stories = violations.map(({ seed, invariant, atMs, story }) => {
    const head = paint('bold', `seed ${seed}, ${atMs} ms: invariant ${invariant}`);
    return `\n${head}\n${story}\n`;
  });
  return [...tableLines(rows).map((line) => `${line}\n`), ...stories].join('');
}

/** How far a simulation is, in a few words. */
export function progressText(progress: SimulationProgress): string {
  if (progress.step === 'stories') return 'shortening the stories of violations';
  const { done, of, violations } = progress;
  const broken = violations === 0 ? '' : `, ${violations} ${violations === 1 ? 'violation' : 'violations'}`;
  return `simulated ${done} of ${of} ${of === 1 ? 'world' : 'worlds'}${broken}`;
}
