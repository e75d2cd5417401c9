import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type { SimulationResult } from '../simulate/run/run-simulation.ts';
import { CannotDo } from './cannot-do.ts';
import type { SeedRange } from './simulate/run-seeds.ts';
import { wholeNumber } from './whole-number.ts';

/** More than a nightly run needs; a typing error should not run for weeks. */
const MOST_SEEDS = 1_000_000;
const MOST_HOURS = 24 * 366;
/** Each is a thread with a heap of its own. */
const MOST_WORKERS = 256;

interface SimulateFlags {
  readonly seeds: SeedRange;
  readonly hours: number;
  readonly faults: string;
  readonly policy?: string;
  readonly trace?: string;
  readonly strikes?: string;
  readonly workers: number;
  readonly json?: true;
}

/** `smartscale simulate`: the real controller in simulated worlds, one per seed, judged by the invariants. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description(
      'run the real controller in simulated worlds and check the invariants; the same seeds give the same digest',
    )
    .requiredOption('--seeds <A..B>', 'seeds of the worlds, first to last', seedRange)
    .option('--hours <hours>', 'virtual hours of each world', hoursOf, 24)
    .option('--faults <names>', 'none, all, or names with commas between', 'none')
    .option('--strikes <names>', 'of these faults only the named strikes, as a story names them')
    .option('--policy <file>', 'policy to obey (default: the shipped one)')
    .option('--trace <file>', 'load as timestamp,value lines (default: a week of a web server)')
    .option(
      '--workers <count>',
      'threads to run them in',
      wholeNumber(1, MOST_WORKERS),
      availableParallelism(),
    )
    .option('--json', 'print one JSON document instead of a table')
    .action(simulate);
}

async function simulate(flags: SimulateFlags): Promise<void> {
  if (flags.strikes !== undefined && flags.seeds.first !== flags.seeds.last)
    throw new CannotDo('--strikes needs a single seed: other seeds plan other strikes');
  const { runSeeds } = await import('./simulate/run-seeds.ts');
  const { CombinedResults } = await import('../simulate/run/combined-results.ts');
  const { tellFirst } = await import('./simulate/tell-first.ts');
  const results = new CombinedResults();
  for await (const result of runSeeds(flags, flags.seeds, flags.workers)) results.add(result);
  const { count, whole } = results;
  const told = { ...whole, violations: await tellFirst(flags, whole.violations) };
  process.stdout.write(
    flags.json === true ? `${JSON.stringify(documentOf(count, told))}\n` : words(flags, told),
  );
  process.exitCode = told.violations.length === 0 ? 0 : 1;
}

function documentOf(seeds: number, { violations, stats, digest }: SimulationResult) {
  return { seeds, violations, stats, digest };
}

function words(
  { seeds, hours, faults }: SimulateFlags,
  { violations, stats, digest }: SimulationResult,
): string {
  const rows: readonly (readonly [string, string])[] = [
    ['worlds', `seeds ${seeds.first} to ${seeds.last}, ${hours} h each, faults: ${faults}`],
    ['violations', `${violations.length}`],
    ['launches', `${stats.launches}`],
    ['terminations', `${stats.terminations}`],
    ['interruptions', `${stats.interruptions}`],
    ['crashes', `${stats.crashes}`],
    ['node hours', stats.nodeHours.toFixed(1)],
    ['cost', `${stats.costUsd.toFixed(2)} USD`],
    ['short of capacity', `${stats.shortMinutes} min`],
    ['digest', digest],
  ];
  const told = violations.map(
    ({ seed, invariant, atMs, story }) => `\nseed ${seed}, ${atMs} ms: invariant ${invariant}\n${story}\n`,
  );
  return [...rows.map(([name, value]) => `${name.padEnd(19)}${value}\n`), ...told].join('');
}

function seedRange(text: string): SeedRange {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) {
    throw new InvalidArgumentError('must be two whole numbers such as 1..100');
  }
  if (first > last)
    throw new InvalidArgumentError(`the first seed, ${first}, must not be above the last, ${last}`);
  if (last - first >= MOST_SEEDS) throw new InvalidArgumentError(`must be at most ${MOST_SEEDS} seeds`);
  return { first, last };
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (text.trim() !== '' && hours > 0 && hours <= MOST_HOURS) return hours;
  throw new InvalidArgumentError(`must be a number above 0, at most ${MOST_HOURS}`);
}
