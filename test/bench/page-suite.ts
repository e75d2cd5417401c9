import type { Pod } from '../../src/model/pod.ts';
import type { ReportEvent } from '../../src/ports.ts';
import { eventFrame } from '../../src/report/page/event-stream.ts';
import { PageState } from '../../src/report/page/page-state.ts';
import { viewDelta } from '../../src/report/page/view-delta.ts';
import { aNode } from '../builders/fleet.ts';
import { aPlan } from '../builders/plan.ts';
import { aPod } from '../builders/pod.ts';
import { aSnapshot, aUtilization, steady } from '../builders/snapshot.ts';
import type { BenchResult } from './bench-result.ts';

const NODE_COUNTS = [10, 1_000, 5_000];
const PODS_A_NODE = 20;
/** Pods that another takes the place of, from one update to the next. */
const CHANGED_PODS = 10;
const ROUNDS = 60;
const WARM_UP_ROUNDS = 20;
const WHOLE = 'whole view';

/** What an update of the page takes and weighs: as a whole, as a delta, and as a delta when every worker's CPU was measured anew. */
export async function pageSuite(isWanted: (name: string) => boolean): Promise<readonly BenchResult[]> {
  return NODE_COUNTS.filter((nodes) =>
    ['whole', 'delta', 'scrape'].some((kind) =>
      ['bytes', 'ms'].some((figure) => isWanted(`page/${kind}/${figure}/${nodes}`)),
    ),
  ).flatMap(rowsFor);
}

function rowsFor(nodes: number): readonly BenchResult[] {
  const whole = measure(nodes, false, (state) => () => eventFrame('view', { seq: 1, view: state.view() }));
  const rows = [
    { name: `page/whole/bytes/${nodes}`, value: whole.bytes, unit: 'bytes' },
    { name: `page/whole/ms/${nodes}`, value: whole.ms, unit: 'ms' },
  ];
  const deltas = (['delta', 'scrape'] as const).flatMap((kind) => {
    const { bytes, ms } = measure(nodes, kind === 'scrape', (state) => {
      const before = state.view();
      return () => eventFrame('delta', { seq: 2, view: viewDelta(before, state.view()) });
    });
    return [
      { ...row(`page/${kind}/bytes/${nodes}`, bytes, whole.bytes), unit: 'bytes' },
      { ...row(`page/${kind}/ms/${nodes}`, ms, whole.ms), unit: 'ms' },
    ];
  });
  return [...rows, ...deltas];
}

function row(name: string, value: number, whole: number): Omit<BenchResult, 'unit'> {
  return { name, value, ratioTo: WHOLE, ratio: Number((value / whole).toPrecision(2)) };
}

/** Mean of an update, in CPU time of its thread: `prepare` sees the state before a round, what it returns writes the update after it. */
function measure(
  nodes: number,
  isScraped: boolean,
  prepare: (state: PageState) => () => string,
): { readonly bytes: number; readonly ms: number } {
  const state = new PageState('bench');
  const rounds = roundsOf(nodes, isScraped);
  let bytes = 0;
  let ms = 0;
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    const write = prepare(state);
    state.report(rounds(round));
    const started = process.threadCpuUsage();
    const frame = write();
    if (round < WARM_UP_ROUNDS) continue;
    const { user, system } = process.threadCpuUsage(started);
    ms += (user + system) / 1_000;
    bytes += Buffer.byteLength(frame);
  }
  return { bytes: Math.round(bytes / ROUNDS), ms: Number((ms / ROUNDS).toPrecision(3)) };
}

/** A fleet that stays, of which some pods change in every round. */
function roundsOf(count: number, isScraped: boolean): (round: number) => ReportEvent {
  const names = Array.from({ length: count }, (_, i) => `i-${i.toString(16).padStart(17, '0')}`);
  const nodes = names.map((name) => aNode({ name }));
  const { instances } = aSnapshot({ nodes });
  const kept = names.map((nodeName) => ({
    nodeName,
    reason: { code: 'cpu-not-low' as const, text: 'CPU 41 % is above 30 %: the fleet does not shrink' },
  }));
  let pods: readonly Pod[] = names.flatMap((nodeName) =>
    Array.from({ length: PODS_A_NODE }, () => aPod({ nodeName })),
  );
  const cpuOf = (round: number) =>
    Object.fromEntries(names.map((name, i) => [name, 40 + ((i * 7 + round * 13) % 100) / 10]));
  const still = cpuOf(0);
  return (round) => {
    const others = names.slice((round * CHANGED_PODS) % count).slice(0, CHANGED_PODS);
    pods = [...pods.slice(CHANGED_PODS), ...others.map((nodeName) => aPod({ nodeName, cpu: 100 + round }))];
    return {
      kind: 'decision',
      plan: aPlan({ decidedAtMs: round * 250, kept, currentNodes: count, desiredNodes: count }),
      snapshot: aSnapshot({
        nodes,
        pods,
        instances,
        utilization: aUtilization({
          cpuPercent: steady(41),
          nodeCpuPercent: isScraped ? cpuOf(round) : still,
        }),
      }),
      durationMs: 1,
    };
  };
}
