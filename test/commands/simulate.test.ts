import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { faultsOf, prepareSimulation } from '../../src/use-cases/simulate/prepare-simulation.ts';
import { smartscale } from '../fakes/recorded-terminal.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { IS_DEEP } from '../test-depth.ts';

const HOURS = IS_DEEP ? '3' : '1';

const { file, pathOf } = temporaryFolder();

describe('smartscale simulate', () => {
  it('prints one JSON document on stdout, the same for the same seeds', async () => {
    const args = ['simulate', '--seeds', '1..2', '--hours', HOURS, '--workers', '1', '--json'];
    const [one, two] = await Promise.all([smartscale(...args), smartscale(...args)]);
    expect(one.stdout).toBe(two.stdout);
    expect(one.exitCode).toBe(0);
    expect(JSON.parse(one.stdout)).toMatchObject({
      seeds: 2,
      violations: [],
      stats: { launches: expect.any(Number), crashes: 0, shortMinutes: expect.any(Number) },
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
  });

  it('prints the same, whether one thread runs the seeds or several do', async () => {
    const args = ['simulate', '--seeds', '1..4', '--hours', HOURS, '--faults', 'all', '--json', '--workers'];
    const [one, two] = await Promise.all([smartscale(...args, '1'), smartscale(...args, '2')]);
    expect(two.stdout).toBe(one.stdout);
    expect(JSON.parse(two.stdout)).toMatchObject({ seeds: 4, digest: expect.stringMatching(/^sha256:/) });
  });

  it('gives other digests for other seeds', async () => {
    const simulate = await prepareSimulation({ hours: 2, faults: 'none' });
    expect((await simulate(1)).digest).not.toBe((await simulate(2)).digest);
  });

  it('gives the same digest wherever the policy file lies, commits that are refused included', async () => {
    const run = async (name: string) => {
      const policy = join(pathOf(name), 'policy.yaml');
      mkdirSync(pathOf(name));
      writeFileSync(policy, 'nodes: { min: 2 }\n');
      return (await prepareSimulation({ hours: IS_DEEP ? 12 : 6, faults: 'policy', policy }))(2);
    };
    expect((await run('here')).digest).toBe((await run('somewhere-else')).digest);
  });

  it('tells people the same in words', async () => {
    const { stdout, exitCode } = await smartscale('simulate', '--seeds', '3', '--hours', '1');
    expect(stdout).toMatch(/worlds +seeds 3 to 3, 1 h each, faults: none\nviolations +0\n/);
    expect(exitCode).toBe(0);
  });

  it.each([
    [['--seeds', 'x'], 'must be two whole numbers such as 1..100'],
    [['--seeds', '5..2'], 'the first seed, 5, must not be above the last, 2'],
    [['--seeds', '1..9999999'], 'must be at most 1000000 seeds'],
    [['--seeds', '1..2', '--hours', '0'], 'must be a number above 0'],
    [['--seeds', '1..2', '--workers', '0'], 'must be a whole number from 1 to 256'],
    [
      ['--seeds', '1..2', '--faults', 'earthquake'],
      "no fault is called 'earthquake': use none, all, or some of",
    ],
    [
      ['--seeds', '1', '--faults', 'people', '--injections', 'people-99'],
      "--injections: seed 1 plans no fault injection 'people-99' within 24 h of these --faults",
    ],
    [['--seeds', '1..2', '--injections', 'people-1'], '--injections needs a single seed'],
    // The former name.
    [['--seeds', '1..2', '--strikes', 'people-1'], '--injections needs a single seed'],
    [['--seeds', '1..2', '--trace', '/nowhere.csv'], 'cannot read /nowhere.csv: no such file'],
    [[], "required option '--seeds <A..B>' not specified"],
  ])('refuses %j in one line with exit code 2', async (args, words) => {
    const { exitCode, stdout, stderr } = await smartscale('simulate', ...args);
    expect([exitCode, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toContain(words);
  });

  it('names the line of a malformed trace', async () => {
    const trace = file('bad.csv', 'timestamp,value\n2026-01-05T00:00Z,1\n2026-01-05T00:01Z,many\n');
    await expect(prepareSimulation({ hours: 1, faults: 'none', trace })).rejects.toThrow(
      /bad\.csv, line 3: /,
    );
  });

  it('points to `check` for an invalid policy', async () => {
    const policy = file('bad.yaml', 'nodes: { min: 5, max: 2 }\nspot: { percent: 170 }\n');
    await expect(prepareSimulation({ hours: 1, faults: 'none', policy })).rejects.toThrow(
      /is no valid policy: line 1, nodes\.m.*; .*smartscale check/,
    );
  });

  it('knows none, all and lists of faults', () => {
    const known = ['capacity', 'interruption'];
    expect([
      faultsOf('none', known),
      faultsOf('all', known),
      faultsOf('interruption, capacity', known),
    ]).toEqual([[], known, known]);
  });
});
