import { firstMessageOf, startProcess } from './bench-process.ts';
import type { BenchResult } from './bench-result.ts';
import type { PackingFigures } from './packing/packing-figures.ts';
import { PACKING_WORKLOADS, type PackingWorkload } from './packing/workloads.ts';

/**
 * `packFleet` on the peers' workloads, each in a process of its own and each answer replayed by the checker.
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
  return results;
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
