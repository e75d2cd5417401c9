import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { GENERATED } from './synthesize.ts';

/** Folders of the repository that generated files live in, beside what people write there. */
const FOLDERS = ['clusters', 'flux-system'];

export interface Difference {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly kind: 'missing' | 'changed' | 'stale';
}

/** How the generated files below `root` differ from `wanted`, sorted by path. Files that people wrote are none of them. */
export function differences(root: string, wanted: ReadonlyMap<string, string>): readonly Difference[] {
  const present = new Map(generatedFiles(root).map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const all: Difference[] = [];
  for (const [path, text] of wanted) {
    if (!existsSync(join(root, path))) all.push({ path, kind: 'missing' });
    else if (present.get(path) !== text) all.push({ path, kind: 'changed' });
  }
  for (const path of present.keys()) if (!wanted.has(path)) all.push({ path, kind: 'stale' });
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Makes the generated files below `root` be `wanted`, and says what it changed. Never touches a file that people wrote. */
export function writeTree(root: string, wanted: ReadonlyMap<string, string>): readonly Difference[] {
  const changes = differences(root, wanted);
  for (const { path } of changes) {
    const file = join(root, path);
    const text = wanted.get(path);
    if (text === undefined) {
      rmSync(file);
    } else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  return changes;
}

function generatedFiles(root: string): readonly string[] {
  return FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file, 'utf8').startsWith(GENERATED))
    .map((file) => relative(root, file).split(sep).join('/'));
}
