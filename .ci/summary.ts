import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * node .ci/summary.ts FOLDER BROKEN-STEPS TIER…: sums jest's counts over the tiers. A tier that left no counts, ran no test or
 * skipped some was not run as it should be, and counts as a failure.
 */
interface Counts {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

const [folder = '', brokenSteps = '0', ...tiers] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const tier of tiers) {
  const counts = countsOf(tier);
  const skipped = counts === undefined || counts.numPassedTests + counts.numFailedTests === 0;
  passed += counts?.numPassedTests ?? 0;
  failed += (counts?.numFailedTests ?? 0) + (counts?.numRuntimeErrorTestSuites ?? 0);
  if (skipped) failed += 1;
  if (counts !== undefined && counts.numPendingTests > 0) failed += 1;
  const words = skipped
    ? 'WAS NOT RUN'
    : `${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} skipped`;
  process.stdout.write(`${tier.padEnd(10)}${words}\n`);
}
// A step without tests that failed (lint, types, manifests) must show in the last line, too.
if (failed === 0) failed = Number(brokenSteps);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function countsOf(tier: string): Counts | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, `${tier}.json`), 'utf8')) as Counts;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
