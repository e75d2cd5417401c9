import { firstMessageOf, startProcess } from './bench-process.ts';
import type { BenchResult } from './bench-result.ts';

/** Days of one world, of which the ledger and the world's windows have filled after three; and worlds of a day one after another. */
const WORLD_DAYS = 10;
const SETTLED_DAYS = 3;
const SEEDS = 12;
const SETTLED_SEEDS = 4;

/** How much the heap grows while nothing should: within one long world, and from world to world in one process. */
export async function soakSuite(isWanted: (name: string) => boolean): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  if (isWanted('soak/world')) results.push(...(await growth('world', WORLD_DAYS, SETTLED_DAYS)));
  if (isWanted('soak/seeds')) results.push(...(await growth('seeds', SEEDS, SETTLED_SEEDS)));
  return results;
}

async function growth(kind: string, amount: number, settled: number): Promise<readonly BenchResult[]> {
  const heap = await firstMessageOf<readonly number[]>(startProcess('soak-run.ts', [kind, `${amount}`]));
  const first = heap[settled - 1] ?? Number.NaN;
  const last = heap.at(-1) ?? Number.NaN;
  const ratioTo = `after ${settled} of ${amount}`;
  return [
    { name: `soak/${kind}/settled`, value: round(first), unit: 'MiB' },
    { name: `soak/${kind}/end`, value: round(last), unit: 'MiB', ratioTo, ratio: round(last / first) },
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
