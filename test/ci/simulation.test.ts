import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

/** Starts processes, which takes seconds on a busy machine. */
const PATIENCE_MS = 60_000;

describe('.ci/simulation-counts.ts', () => {
  it('counts each seed as a test, a seed with several violations once', () => {
    const violations = [3, 3, 9].map((seed) => ({ seed, invariant: 4, atMs: 1, story: `of ${seed}` }));
    const document = { seeds: 2000, violations, stats: { launches: 7, costUsd: 1.6 }, digest: 'sha256:0' };
    const run = spawnSync(process.execPath, ['.ci/simulation-counts.ts'], {
      input: JSON.stringify(document),
      encoding: 'utf8',
    });
    expect(JSON.parse(run.stdout)).toEqual({
      numPassedTests: 1998,
      numFailedTests: 2,
      numPendingTests: 0,
      numRuntimeErrorTestSuites: 0,
    });
    expect(run.stderr).toContain('2000 worlds, 3 violations, launches 7, costUsd 2');
    expect(run.stderr).toContain('seed 9, invariant 4: of 9');
  });

  it(
    'reads what `simulate` prints',
    () => {
      const args = ['src/bin.js', 'simulate', '--seeds', '1..2', '--hours', '1', '--workers', '1', '--json'];
      const document = execFileSync(process.execPath, args);
      const counts = execFileSync(process.execPath, ['.ci/simulation-counts.ts'], {
        input: document,
        encoding: 'utf8',
        stdio: 'pipe',
      });
      expect(JSON.parse(counts)).toMatchObject({ numPassedTests: 2, numFailedTests: 0 });
    },
    PATIENCE_MS,
  );
});

describe('.ci/nightly-simulation', () => {
  it.each([
    ['3', '3'],
    ['x', '2'],
    ['0', '0'],
  ])('refuses part %s of %s and says what it wants', (part, parts) => {
    const run = spawnSync('bash', ['.ci/nightly-simulation', part, parts], { encoding: 'utf8' });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(`usage: .ci/nightly-simulation [PART PARTS]`);
  });
});
