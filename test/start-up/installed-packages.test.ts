import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { satisfies, subset } from 'semver';

const ROOT = join(import.meta.dirname, '..', '..');

interface Entry {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
}

/** Releases of Node on which `npm ci` says nothing: the first and a later one of each line. */
const NODES = ['20.19.0', '20.20.2', '22.13.0', '22.22.0', '24.0.0', '24.21.0'];

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Entry>>;
};
const folders = Object.keys(lock.packages);

describe('the installed packages', () => {
  it.each(NODES)('accept Node %s, so that npm ci prints no warning', (node) => {
    const refusing = Object.entries(lock.packages)
      .filter(([, { engines }]) => engines?.node !== undefined && !satisfies(node, engines.node))
      .map(([folder, { version, engines }]) => `${folder} ${version}: ${engines?.node}`);
    expect(refusing).toEqual([]);
  });

  it('are promised for no other line of Node than those that were looked at', () => {
    const promised = lock.packages['']?.engines?.node ?? '*';
    expect(subset(promised, '^20.19.0 || ^22.13.0 || >=24')).toBe(true);
  });

  it('hold no tool twice', () => {
    const tools = /node_modules\/(typescript|esbuild|jest|@swc\/core|@types\/node|commander|undici|ajv)$/;
    const names = folders.flatMap((folder) => tools.exec(folder)?.[1] ?? []);
    expect(names).toEqual([...new Set(names)]);
  });
});
