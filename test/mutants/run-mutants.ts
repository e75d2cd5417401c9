import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { JUDGED } from '../../src/simulate/judge/invariants.ts';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';
import type { Trial } from './try-seeds.ts';

/*
 * npm run test:mutants [-- NAME-PART…] [--outputFile=FILE]: breaks the controller in every way of mutants.ts, one after the other, and
 * sees that simulated worlds notice; then runs the controller as it is in the same worlds, where nothing may be noticed. FILE gets the
 * counts in the words that jest has for them.
 */
interface Verdict {
  readonly isRight: boolean;
  readonly text: string;
}

const run = promisify(execFile);
const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, outputFile: { type: 'string' } },
  allowPositionals: true,
});
const named = MUTANTS.filter(({ name }) => positionals.every((part) => name.includes(part)));
const chosen = named.filter(({ invariant }) => JUDGED.has(invariant));
for (const { name, invariant } of named.filter((mutant) => !chosen.includes(mutant)))
  process.stdout.write(`left   ${name}: invariant ${invariant} is not judged yet\n`);

const caughtIn = new Set<number>();
const ofMutants = await inParallel(chosen, async (mutant) => reported(mutant.name, () => judge(mutant)));
const ofSound = await inParallel(
  [...caughtIn].sort((a, b) => a - b),
  async (seed) => reported(`the controller as it is, in seed ${seed}`, () => judgeSound(seed)),
);
const verdicts = [...ofMutants, ...ofSound];
const failed = verdicts.filter((isRight) => !isRight).length;
process.stdout.write(`${verdicts.length - failed} passed, ${failed} failed\n`);
if (values.outputFile !== undefined) {
  const counts = {
    numPassedTests: verdicts.length - failed,
    numFailedTests: failed,
    numPendingTests: 0,
    numRuntimeErrorTestSuites: 0,
  };
  writeFileSync(values.outputFile, JSON.stringify(counts));
}
process.exitCode = failed === 0 && verdicts.length > 0 ? 0 : 1;

async function judge({ name, invariant }: Mutant): Promise<Verdict> {
  const { seeds, caught } = await attempt(['--import', pathOf('mutate.ts'), pathOf('try-mutant.ts')], name);
  if (caught === undefined)
    return { isRight: false, text: `survived ${seeds} seeds; invariant ${invariant} should catch it` };
  caughtIn.add(caught.seed);
  return {
    isRight: true,
    text: `seed ${caught.seed} (of ${seeds} tried), invariant ${caught.invariant}: ${caught.fact}`,
  };
}

async function judgeSound(seed: number): Promise<Verdict> {
  const { caught } = await attempt([pathOf('try-sound.ts'), `${seed}`]);
  if (caught === undefined) return { isRight: true, text: 'breaks nothing' };
  return { isRight: false, text: `breaks invariant ${caught.invariant}: ${caught.fact}` };
}

async function attempt(script: readonly string[], mutant?: string): Promise<Trial> {
  const env = mutant === undefined ? process.env : { ...process.env, MUTANT: mutant };
  const { stdout } = await run(process.execPath, ['--no-warnings', ...script], { env });
  return JSON.parse(stdout) as Trial;
}

async function reported(name: string, judged: () => Promise<Verdict>): Promise<boolean> {
  const sinceMs = performance.now();
  const { isRight, text } = await judged().catch(failure);
  const seconds = ((performance.now() - sinceMs) / 1000).toFixed(1);
  process.stdout.write(
    `${isRight ? 'ok    ' : 'FAILED'} ${seconds.padStart(5)} s  ${name}\n                ${text}\n`,
  );
  return isRight;
}

function failure(error: unknown): Verdict {
  return { isRight: false, text: error instanceof Error ? error.message : String(error) };
}

/** As many at a time as there are cores. */
async function inParallel<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const left = [...all];
  const results: R[] = [];
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results.push(await work(next));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return results;
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
