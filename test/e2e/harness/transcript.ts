import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What a page shows below `$ command`, up to the next command or the end of the block; throws when it shows no such command. */
export function shownFor(page: string, command: string): string {
  const [, ...after] = readFileSync(join(ROOT, page), 'utf8').split(`$ ${command}\n`);
  if (after[0] === undefined) throw new Error(`${page} shows no output of: ${command}`);
  return after[0].split(/^(?:\$ |```)/m)[0] ?? '';
}

/** A table without what differs from run to run: ages, times, hashes and numbers stand for themselves, and columns are one space apart. */
export function shapeOf(output: string): string {
  return output
    .trim()
    .replaceAll(/\b(?:\d+[smhd])+\b/g, 'AGE')
    .replaceAll(/\b\d+\.\d+(?:m?s)\b/g, 'TIME')
    .replaceAll(/\b(?=[0-9a-f]*[0-9])[0-9a-f]{12,40}\b/g, 'HASH')
    .replaceAll(/\b\d+(?:\.\d+)?\b/g, 'N')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ $/gm, '');
}
