import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const GLOSSARY = 'docs/glossary.md';

/** Words of an earlier dialect; the glossary has a standard term for each of them. */
const FORMER_WORDS = [
  'seats?',
  'seated',
  'seating',
  'strangers?',
  'leftovers?',
  'farewell',
  'brakes?',
  'hasten(s|ed|ing)?',
  'homeless',
  'meddles?',
  'bereft',
  'believable',
  'strays?',
  'rehearsed',
  'workbench',
];

/** Folders of code whose text is checked as well. */
const CODE: readonly string[] = ['src'];

/** The glossary is checked by its terms alone. */
const NOT_CHECKED: readonly string[] = [GLOSSARY];

function filesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(folder, file));
}

const FILES = [
  'README.md',
  ...filesIn('docs', '.md'),
  ...CODE.flatMap((folder) => filesIn(folder, '.ts')),
].filter((file) => !NOT_CHECKED.includes(file));

const TERMS = [...readFileSync(GLOSSARY, 'utf8').matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)]
  .map(([, term = '', meaning = '', source = '']) => ({ term, meaning, source }))
  .slice(1);

describe('docs/glossary.md', () => {
  it('has each term once, in the order of the alphabet, with a meaning of one sentence', () => {
    const names = TERMS.map(({ term }) => term);
    expect(names.length).toBeGreaterThan(40);
    expect(names).toEqual([...new Set(names)].toSorted((a, b) => a.localeCompare(b, 'en')));
    expect(TERMS.filter(({ meaning }) => !/^[^.]+\.$/.test(meaning))).toEqual([]);
  });

  it('names no former word as a term', () => {
    const former = new RegExp(`^(${FORMER_WORDS.join('|')})$`, 'i');
    expect(TERMS.filter(({ term }) => former.test(term))).toEqual([]);
  });
});

/** What a file says, line by line; names of files and code in a page are not its words. */
function linesOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return (file.endsWith('.md') ? text.replace(/`[^`\n]*`/g, '') : text).split('\n');
}

describe('the words of the project', () => {
  it('are those of the glossary, never those of the former dialect', () => {
    const former = new RegExp(`\\b(${FORMER_WORDS.join('|')})\\b`, 'gi');
    const found = FILES.flatMap((file) =>
      linesOf(file).flatMap((line, at) =>
        (line.match(former) ?? []).map((word) => `${file}:${at + 1} ${word}`),
      ),
    );
    expect(found).toEqual([]);
  });
});
