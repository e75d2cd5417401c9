import { readFileSync } from 'node:fs';

/*
 * node .ci/simulation-counts.ts <DOCUMENT: from the JSON of `smartscale simulate`, the counts that .ci/summary.ts adds up; each seed
 * is a test. What came of them goes to stderr, for people.
 */
interface Simulated {
  readonly seeds: number;
  readonly violations: readonly {
    readonly seed: number;
    readonly invariant: number;
    readonly story: string;
  }[];
  readonly stats: Readonly<Record<string, number>>;
  readonly digest: string;
}

const { seeds, violations, stats, digest } = JSON.parse(readFileSync(0, 'utf8')) as Simulated;
const failed = new Set(violations.map(({ seed }) => seed)).size;
const figures = Object.entries(stats).map(([name, value]) => `${name} ${Math.round(value)}`);
process.stderr.write(`${seeds} worlds, ${violations.length} violations, ${figures.join(', ')}, ${digest}\n`);
for (const { seed, invariant, story } of violations)
  process.stderr.write(`seed ${seed}, invariant ${invariant}: ${story}\n`);
process.stdout.write(
  `${JSON.stringify({
    numPassedTests: seeds - failed,
    numFailedTests: failed,
    numPendingTests: 0,
    numRuntimeErrorTestSuites: 0,
  })}\n`,
);
