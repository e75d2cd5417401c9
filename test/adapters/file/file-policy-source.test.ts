import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FilePolicySource } from '../../../src/adapters/file/file-policy-source.ts';
import type { Clock } from '../../../src/ports.ts';

let folder = '';

/** A clock whose every sleep ends when the test lets it. */
class TurnstileClock implements Clock {
  #wake: (() => void) | undefined;
  readonly now = () => 0;
  readonly monotonicMs = () => 0;

  sleep(_ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal?.addEventListener('abort', () => resolve());
    });
  }

  callAfter(): () => void {
    throw new Error('a source of policies rings nothing');
  }

  pass(): void {
    this.#wake?.();
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('FilePolicySource', () => {
  it('tells of an edit, and counts a file that went away as no policy', async () => {
    const file = join(folder, 'policy.yaml');
    await writeFile(file, 'a: 1');
    const clock = new TurnstileClock();
    const stop = new AbortController();
    const source = await FilePolicySource.open(file, clock);
    expect(source.current()).toEqual({ text: 'a: 1', origin: file, revision: undefined });
    const following = source.follow(stop.signal);
    const changed = () =>
      new Promise<string | undefined>((resolve) => {
        const off = source.onChange(() => {
          off();
          resolve(source.current()?.text);
        });
      });
    await writeFile(file, 'a: 2');
    let next = changed();
    clock.pass();
    expect(await next).toBe('a: 2');
    await rm(file);
    next = changed();
    await new Promise(setImmediate);
    clock.pass();
    expect(await next).toBeUndefined();
    stop.abort();
    await following;
  });

  it('says which file cannot be read', async () => {
    const file = join(folder, 'missing.yaml');
    await expect(FilePolicySource.open(file, new TurnstileClock())).rejects.toMatchObject({
      code: 'ENOENT',
      message: `the policy file ${file} cannot be read (ENOENT)`,
    });
  });
});
