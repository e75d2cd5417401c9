import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError } from '../use-cases/command-error.ts';
import type { SeedRange } from '../use-cases/simulate/run-seeds.ts';
import { type SuggestedValues, suggestValues } from './completion/suggested-values.ts';
import { type JsonFlag, jsonLine, jsonOption } from './output/json-option.ts';
import type { Terminal } from './output/terminal.ts';
import { withProgress } from './output/with-progress.ts';
import { wholeNumber } from './whole-number.ts';

/** More than a nightly run needs; a typing error should not run for weeks. */
const MAX_SEEDS = 1_000_000;
const MAX_HOURS = 24 * 366;
const DEFAULT_HOURS = 24;
/** Each is a thread with a heap of its own. */
const MAX_WORKERS = 256;

interface SimulateFlags extends JsonFlag {
  readonly seeds: SeedRange;
  readonly hours?: number;
  readonly faults: string;
  readonly policy?: string;
  readonly trace?: string;
  readonly story?: string;
  readonly judge?: string;
  readonly without?: string;
  readonly injections?: string;
  /** The former name of `injections`. */
  readonly strikes?: string;
  readonly workers: number;
}

/** `smartscale simulate`: the real controller in simulated worlds, one per seed, judged by the invariants. */
export function addSimulateCommand(program: Command, terminal: Terminal): void {
  program
    .command('simulate')
    .description(
      'run the real controller in simulated worlds and check the invariants; the same seeds give the same digest',
    )
    .requiredOption('--seeds <A..B>', 'seeds of the worlds, first to last', seedRange)
    .option('--hours <hours>', 'virtual hours of each world (default: 24, or those of the story)', hoursOf)
    .addOption(
      suggestValues(
        new Option('--faults <names>', 'none, all, or names with commas between').default('none'),
        faultWords,
      ),
    )
    .option('--injections <names>', 'only the named fault injections, as a story names them')
    .addOption(new Option('--strikes <names>', 'the former name of --injections').hideHelp())
    .option('--policy <file>', 'policy to obey (default: the shipped one)')
    .option('--trace <file>', 'load as timestamp,value lines (default: a week of a web server)')
    .option(
      '--judge <numbers>',
      'invariants to judge by, or all (default: those that every run is judged by)',
    )
    .option('--without <names>', 'what worlds are plain in: details with commas between, or all')
    .option('--story <file>', 'story to play: its workloads, load and strikes by time, in YAML')
    .option(
      '--workers <count>',
      'threads to run them in',
      wholeNumber(1, MAX_WORKERS),
      availableParallelism(),
    )
    .addOption(jsonOption('a table'))
    .action((flags: SimulateFlags) => simulate(flags, terminal));
}

async function faultWords(): Promise<SuggestedValues> {
  const { FAULT_NAMES } = await import('../use-cases/simulate/fault-names.ts');
  return { words: ['none', 'all', ...FAULT_NAMES], isList: true };
}

async function simulate(flags: SimulateFlags, terminal: Terminal): Promise<void> {
  const { seeds, workers, json: hasJson, strikes, injections = strikes } = flags;
  const json = hasJson === true;
  if (injections !== undefined && seeds.first !== seeds.last)
    throw new CommandError('--injections needs a single seed: other seeds plan other fault injections');
  const hours = flags.hours ?? (await defaultHours(flags.story));
  const request = { ...flags, hours, ...(injections !== undefined && { injections }) };
  const { simulate: run } = await import('../use-cases/simulate/simulate.ts');
  const { progressStep, simulationText } = await import('./simulate-words.ts');
  const report = await withProgress(terminal, { text: 'reading', json }, (tell) =>
    run(request, { seeds, workers }, (progress) => tell(progressStep(progress))),
  );
  const { seeds: count, violations, stats, digest } = report;
  terminal.print(
    json
      ? jsonLine({ seeds: count, violations, stats, digest })
      : simulationText(request, report, terminal.paint),
  );
  terminal.exitWith(violations.length === 0 ? 0 : 1);
}

async function defaultHours(story: string | undefined): Promise<number> {
  if (story === undefined) return DEFAULT_HOURS;
  const { readStoryFile } = await import('../use-cases/files/read-story-file.ts');
  return (await readStoryFile(story)).hours;
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
  if (last - first >= MAX_SEEDS) throw new InvalidArgumentError(`must be at most ${MAX_SEEDS} seeds`);
  return { first, last };
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (text.trim() !== '' && hours > 0 && hours <= MAX_HOURS) return hours;
  throw new InvalidArgumentError(`must be a number above 0, at most ${MAX_HOURS}`);
}
