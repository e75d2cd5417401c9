import { countText } from '../decide/text/wording.ts';
import type { SimulationProgress, SimulationReport } from '../use-cases/simulate/simulate.ts';
import type { SimulationRequest } from '../use-cases/simulate/simulation-request.ts';
import { type Paint, plain } from './output/paint.ts';
import type { ProgressStep } from './output/progress.ts';
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
    ['bill', billText(stats)],
    ['short of capacity', `${stats.shortMinutes} min`],
    ['launches undone', `${stats.launchesUndone} within 30 min`],
    ['zones uneven', `${stats.zoneSkewPercent.toFixed(1)} % of the time with 4 or more workers`],
    ['over-provisioning', `${stats.overProvisioning.toFixed(2)} of what the requests need`],
    ['evictions', `${stats.evictions}`],
    ['digest', digest],
  ];
  const stories = violations.map(({ seed, invariant, atMs, story }) => {
    const head = paint('bold', `seed ${seed}, ${atMs} ms: invariant ${invariant}`);
    return `\n${head}\n${story}\n`;
  });
  return [...tableLines(rows).map((line) => `${line}\n`), ...stories].join('');
}

function billText({ realUsd, listUsd, diskUsd, surplusUsd }: SimulationReport['stats']): string {
  const [real, list, disk, surplus] = [realUsd, listUsd, diskUsd, surplusUsd].map((usd) => usd.toFixed(2));
  return `${real} USD: instances ${list}, disks ${disk}, surplus CPU credits ${surplus}`;
}

/** How far a simulation is. */
export function progressStep(progress: SimulationProgress): ProgressStep {
  if (progress.step === 'stories') return { text: 'shortening the stories of violations' };
  const { done, of, violations } = progress;
  const worlds = `simulated ${done} of ${countText(of, 'world')}`;
  const broken = violations === 0 ? '' : `, ${countText(violations, 'violation')}`;
  return { text: `${worlds}${broken}`, share: done / of };
}
