import { firstMessageOf, startProcess } from './bench-process.ts';
import type { BenchResult } from './bench-result.ts';
import type { PackingFigures } from './packing/packing-figures.ts';
import { compareSmallInstances, type SmallComparison } from './packing/small-comparison.ts';
import { PACKING_WORKLOADS, type PackingWorkload } from './packing/workloads.ts';

/** Some have no answer that places all pods; of this many, over 1,000 have. */
const SMALL_INSTANCES = 1200;
const SMALL = 'packing/small-instances';

/**
 * `packFleet` on the peers' workloads, each in a process of its own, and on small instances beside the
 * exact optimum; the checker replays each answer.
 * @throws Error when an answer is wrong
 */
export async function packingSuite(isWanted: (name: string) => boolean): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const workload of PACKING_WORKLOADS) {
    if (!isWanted(`packing/${workload.name}`)) continue;
    const figures = await firstMessageOf<PackingFigures>(startProcess('packing-run.ts', [workload.name]));
    const [fault, ...others] = figures.faults;
    if (fault !== undefined) {
      throw new Error(`the answer to ${workload.name} is wrong: ${fault}, and ${others.length} more faults`);
    }
    results.push(...resultsOf(workload, figures));
  }
  if (isWanted(SMALL)) results.push(...smallResults(await compareSmallInstances(1, SMALL_INSTANCES)));
  return results;
}

function smallResults(comparison: SmallComparison): readonly BenchResult[] {
  const { compared, optimal, leftOut, meanRatio, worstRatio, faults } = comparison;
  if (faults[0] !== undefined) throw new Error(`a small instance is answered wrongly: ${faults[0]}`);
  const ratioTo = 'the exact optimum';
  return [
    { name: `${SMALL}/compared`, value: compared, unit: 'instances' },
    { name: `${SMALL}/optimal`, value: optimal, unit: 'instances' },
    { name: `${SMALL}/left-out`, value: leftOut, unit: 'instances' },
    { name: `${SMALL}/mean-cost`, value: round(meanRatio), unit: 'optima', ratioTo, ratio: round(meanRatio) },
    {
      name: `${SMALL}/worst-cost`,
      value: round(worstRatio),
      unit: 'optima',
      ratioTo,
      ratio: round(worstRatio),
    },
  ];
}

function resultsOf({ name, peer }: PackingWorkload, figures: PackingFigures): readonly BenchResult[] {
  const { pods, wallSeconds, cpuSeconds, nodes, unplaced, usdPerHour, boundUsdPerHour } = figures;
  const podsPerCpuSecond = pods / cpuSeconds;
  const beside = (ours: number, theirs: number | undefined) => {
    return peer === undefined || theirs === undefined
      ? {}
      : { ratioTo: peer.name, ratio: round(ours / theirs) };
  };
  const figure = (of: string, value: number, unit: string): BenchResult => {
    return { name: `packing/${name}${of}`, value: round(value), unit };
  };
  return [
    figure('', wallSeconds, 's'),
    figure('/cpu', cpuSeconds, 's'),
    {
      ...figure('/speed', podsPerCpuSecond, 'pods per CPU second'),
      ...beside(podsPerCpuSecond, peer?.podsPerCpuSecond),
    },
    { ...figure('/nodes', nodes, 'nodes'), ...beside(nodes, peer?.nodes) },
    figure('/unplaced', unplaced, 'pods'),
    { ...figure('/cost', usdPerHour, 'USD/h'), ...beside(usdPerHour, peer?.usdPerHour) },
    {
      ...figure('/lower-bound', boundUsdPerHour, 'USD/h'),
      ratioTo: 'the lower bound',
      ratio: round(usdPerHour / boundUsdPerHour),
    },
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
