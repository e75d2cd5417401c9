import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';

/** A folder that lasts as long as the tests of a file. */
export interface TemporaryFolder {
  /** The path of the name in the folder. */
  pathOf(name: string): string;
  /** Writes a file and gives its path. */
  file(name: string, text: string): string;
}

/** To be called once beside the tests that use it: the folder is there from the first of them on. */
export function temporaryFolder(): TemporaryFolder {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'smartscale-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const pathOf = (name: string) => join(folder, name);
  return {
    pathOf,
    file(name, text) {
      writeFileSync(pathOf(name), text);
      return pathOf(name);
    },
  };
}
