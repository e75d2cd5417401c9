import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { INVARIANTS } from '../../src/simulate/judge/invariants.ts';
import { changed, mutantNamed } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

const fileText = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('MUTANTS', () => {
  it.each(MUTANTS)('still finds what "$name" changes, once', (mutant) => {
    const source = fileText(mutant.file);
    expect(changed(mutant, source)).not.toBe(source);
  });

  it('has one for every invariant, each by its own name, all in the documentation', () => {
    expect([...new Set(MUTANTS.map(({ invariant }) => invariant))].sort((a, b) => a - b)).toEqual(
      INVARIANTS.map(({ number }) => number),
    );
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    const page = fileText('docs/simulation.md');
    expect(MUTANTS.filter(({ name, invariant }) => !page.includes(`| ${invariant} | ${name} |`))).toEqual([]);
  });
});

describe('changed', () => {
  const mutant = { name: 'm', file: 'src/a.ts', find: 'b', replace: '$&', invariant: 1 };

  it('replaces the text by exactly what is given', () => {
    expect(changed(mutant, 'abc')).toBe('a$&c');
  });

  it.each(['ac', 'abcb'])('refuses %j, in which it does not stand once', (source) => {
    expect(() => changed(mutant, source)).toThrow('not once');
  });
});

describe('mutantNamed', () => {
  it('knows no mutant that is not in the table', () => {
    expect(() => mutantNamed('none')).toThrow("no mutant is called 'none'");
  });
});
