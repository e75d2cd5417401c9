import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const PAGES = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((page) => join('docs', page)),
].filter((page) => page.endsWith('.md'));

/** Paths of the tree that a page names in code marks: a stranger must find what it sends them to. */
function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`((?:src|test|charts|clusters|examples|docs|\.ci|\.config)\/[\w./-]+)`/g)].map(
    (match) => match[1] ?? '',
  );
}

function linksIn(text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '');
}

describe('the docs', () => {
  it.each(PAGES)('%s names only files that are there', (page) => {
    const text = readFileSync(page, 'utf8');
    const missing = pathsIn(text).filter((path) => !existsSync(path));
    const broken = linksIn(text).filter((link) => !existsSync(join(dirname(page), link)));
    expect({ missing, broken }).toEqual({ missing: [], broken: [] });
  });

  it('name every script that a page tells to run', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = PAGES.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? ''),
    );
    expect([...new Set(named)].filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
