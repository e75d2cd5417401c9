import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FAULT_KINDS } from '../src/simulate/faults/fault-kinds.ts';

interface FailureMode {
  readonly number: number;
  readonly proof: string;
}

const PAGE = readFileSync('docs/failure-modes.md', 'utf8');
const MODES: readonly FailureMode[] = [...PAGE.matchAll(/^\| F(\d+) \|.*\| (.*) \|$/gm)].map((row) => ({
  number: Number(row[1]),
  proof: row[2] ?? '',
}));
const TESTS = [...PAGE.matchAll(/`([\w./-]+\.test\.ts)` “([^”]+)”/g)].map(
  (match) => [match[1] ?? '', match[2] ?? ''] as const,
);

/** Whether the test file has a string that is exactly this title. */
function hasTitle(path: string, title: string): boolean {
  const text = readFileSync(path, 'utf8');
  return ["'", '"', '`'].some((mark) => text.includes(`${mark}${title}${mark}`));
}

describe('docs/failure-modes.md', () => {
  it('has a row for each of the 90 failure modes', () => {
    const numbers = MODES.map(({ number }) => number).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 90 }, (_, at) => at + 1));
  });

  it('names a test or a fault for each', () => {
    const unproven = MODES.filter(({ proof }) => !/\.test\.ts` “|fault `/.test(proof));
    expect(unproven).toEqual([]);
  });

  it('names tests that are there, by their titles', () => {
    expect(TESTS.length).toBeGreaterThan(100);
    expect(TESTS.filter(([path, title]) => !existsSync(path) || !hasTitle(path, title))).toEqual([]);
  });

  it('names faults that a simulation can be told to let happen', () => {
    const names = [...PAGE.matchAll(/fault `([\w-]+)`/g)].map((match) => match[1]);
    const known = FAULT_KINDS.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => name === undefined || !known.includes(name))).toEqual([]);
  });
});
