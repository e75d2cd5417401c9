import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GitPolicySource } from '../../../src/adapters/git/git-policy-source.ts';
import { openScratchRepository } from '../../../src/adapters/git/scratch-repository.ts';
import { PortError } from '../../../src/ports.ts';

// A developer's own git settings must not show in what is asserted.
process.env['GIT_CONFIG_GLOBAL'] = '/dev/null';

const undo: (() => void)[] = [];

afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

function git(directory: string, ...args: string[]): string {
  const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', directory, ...who, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function scratch(text = 'nodes: { min: 2 }\n') {
  const repository = await openScratchRepository(text);
  undo.push(() => rmSync(repository.directory, { recursive: true, force: true }));
  return repository;
}

async function follow(directory: string, file = 'policy.yaml') {
  const source = await GitPolicySource.open(directory, file);
  undo.push(() => source.close());
  return source;
}

function change(source: GitPolicySource): Promise<void> {
  return new Promise((resolve) => {
    const stop = source.onChange(() => {
      stop();
      resolve();
    });
  });
}

function commit(directory: string, text: string, subject: string): void {
  writeFileSync(join(directory, 'policy.yaml'), text);
  git(directory, 'commit', '--quiet', '-am', subject);
}

describe('a policy in a Git repository', () => {
  it('is the committed text, with revision, author and subject', async () => {
    const { directory } = await scratch();
    const source = await follow(directory);
    const head = git(directory, 'rev-parse', 'HEAD').trim();
    expect(source.current()).toMatchObject({
      text: 'nodes: { min: 2 }\n',
      origin: 'policy.yaml',
      revision: `main@sha1:${head}`,
      commit: { author: 'SmartScale demo', subject: 'Start with the shipped policy' },
    });
  });

  it('does not count an edit before it is committed', async () => {
    const { directory } = await scratch();
    writeFileSync(join(directory, 'policy.yaml'), 'nodes: { min: 9 }\n');
    const source = await follow(directory);
    expect(source.current()?.text).toBe('nodes: { min: 2 }\n');
  });

  it('follows a commit and its revert', async () => {
    const { directory } = await scratch();
    const source = await follow(directory);
    const committed = change(source);
    commit(directory, 'nodes: { min: 3 }\n', 'Keep three');
    await committed;
    expect(source.current()).toMatchObject({
      text: 'nodes: { min: 3 }\n',
      commit: { author: 'Ada', subject: 'Keep three' },
    });
    const reverted = change(source);
    git(directory, 'revert', '--no-edit', 'HEAD');
    await reverted;
    expect(source.current()).toMatchObject({
      text: 'nodes: { min: 2 }\n',
      commit: { subject: 'Revert "Keep three"' },
    });
  });

  it('is gone when a commit takes the file away', async () => {
    const { directory } = await scratch();
    const source = await follow(directory);
    const removed = change(source);
    git(directory, 'rm', '--quiet', 'policy.yaml');
    git(directory, 'commit', '--quiet', '-m', 'Remove the policy');
    await removed;
    expect(source.current()).toBeUndefined();
  });

  it('is gone when the repository goes away, without an unhandled error', async () => {
    const { directory } = await scratch();
    const source = await follow(directory);
    const lost = change(source);
    rmSync(directory, { recursive: true, force: true });
    await lost;
    expect(source.current()).toBeUndefined();
  });

  it('refuses a folder that is no repository with git’s own words', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'smartscale-test-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    const refused = await GitPolicySource.open(folder, 'policy.yaml').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PortError);
    expect(String(refused)).toContain('not a git repository');
  });

  it('says what to install when git is missing', async () => {
    const path = process.env['PATH'];
    undo.push(() => {
      process.env['PATH'] = path;
    });
    process.env['PATH'] = '/nowhere';
    await expect(openScratchRepository('{}\n')).rejects.toThrow('git is not installed: install it');
  });

  it('takes up a scratch repository that is there, as it is', async () => {
    const { directory } = await scratch();
    commit(directory, 'nodes: { min: 4 }\n', 'Keep four');
    const again = await openScratchRepository('nodes: { min: 2 }\n', directory);
    const source = await follow(again.directory, again.file);
    expect(source.current()?.text).toBe('nodes: { min: 4 }\n');
  });
});
