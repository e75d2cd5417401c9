import { describe, expect, it } from '@jest/globals';
import { tableLines } from '../../../src/commands/output/table.ts';

describe('tableLines', () => {
  it('makes every column but the last as wide as its widest cell, heads included', () => {
    const heads = { names: ['node', 'why'], paint: (_style: string, text: string) => text.toUpperCase() };
    expect(
      tableLines(
        [
          ['i-12345', 'young'],
          ['i-1', ''],
        ],
        { heads },
      ),
    ).toEqual(['NODE     WHY', 'i-12345  young', 'i-1']);
  });

  it('does not count colours as width', () => {
    expect(
      tableLines([
        ['\u001B[31mno\u001B[39m', 'x'],
        ['yes', 'y'],
      ]),
    ).toEqual(['\u001B[31mno\u001B[39m   x', 'yes  y']);
  });

  it('lays out 5,000 rows', () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => [`i-${i}`, 'kept', 'a reason']);
    expect(tableLines(rows).at(-1)).toBe('i-4999  kept  a reason');
  });
});
