import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

/** What `check` prints of a valid policy, into a pipe. */
function checked(env: Readonly<Record<string, string>>): string {
  const others = { ...process.env };
  delete others['FORCE_COLOR'];
  delete others['NO_COLOR'];
  return spawnSync(process.execPath, ['src/bin.js', 'check', '-'], {
    encoding: 'utf8',
    input: '{}',
    env: { ...others, ...env },
  }).stdout;
}

describe('colours', () => {
  it.each([
    ['are left out of a pipe', {}, 'stdin  valid, digest'],
    ['are left out with NO_COLOR', { NO_COLOR: '1' }, 'stdin  valid, digest'],
    ['are shown with FORCE_COLOR', { FORCE_COLOR: '1' }, 'stdin  \u001B[32mvalid\u001B[39m, digest'],
  ])('%s', (_case, env, words) => {
    expect(checked(env)).toContain(words);
  });
});
