import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FAULT_NAMES } from '../../src/use-cases/simulate/fault-names.ts';
import { smartscale } from '../fakes/recorded-terminal.ts';

/** bash is on every machine of ours; the others are tried where they are. */
const SHELLS = ['bash', 'zsh', 'fish'].filter(
  (shell) => shell === 'bash' || spawnSync(shell, ['--version']).error === undefined,
);

let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'smartscale-completion-'));
  for (const shell of SHELLS)
    writeFileSync(join(folder, shell), (await smartscale('completion', shell)).stdout);
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies', 'a policy.yaml'), '{}');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for the last of these words, as it is set up before it calls a completion function. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `source ./bash
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _smartscale
    [ "\${#COMPREPLY[@]}" -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script, 'bash', 'smartscale', ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

describe('smartscale completion', () => {
  it.each(SHELLS)('prints a script that %s reads without a complaint', (shell) => {
    const { status, stdout, stderr } = spawnSync(shell, ['-n', join(folder, shell)], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each(['bash', 'zsh', 'fish'])(
    'names every command, option and fault in the script of %s',
    async (shell) => {
      const { stdout } = await smartscale('completion', shell);
      for (const word of [
        'check',
        'explain',
        'demo-app',
        'against',
        'node-fleet',
        'kubernetes',
        ...FAULT_NAMES,
      ])
        expect(stdout).toContain(word);
    },
  );
});

describe('in bash', () => {
  it.each([
    [['pl'], ['plan']],
    [['demo'], ['demo', 'demo-app']],
    [
      ['explain', ''],
      ['pod', 'node'],
    ],
    [['check', '--ma'], ['--markdown']],
    [['explain', 'pod', 'default/web', '--node'], ['--node-fleet']],
    [['simulate', '--seeds', '1..2', '--faults', 'cl'], ['clock']],
    [['simulate', '--faults', 'capacity,cl'], ['capacity,clock']],
    [['simulate', '--faults', '=', 'cl'], ['clock']],
    [
      ['plan', '--ledger', ''],
      ['kubernetes', 'dynamodb'],
    ],
    [['completion', 'z'], ['zsh']],
    [['check', 'pol'], ['policies']],
    [['check', 'policies/'], ['policies/a policy.yaml']],
    [['demo', '--repository', ''], ['policies']],
    [['demo', '--port', ''], []],
  ])('%j offers %j', (words, offers) => {
    expect(offered(...words)).toEqual(offers);
  });
});
