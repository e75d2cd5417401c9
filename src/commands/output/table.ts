import { stripVTControlCharacters } from 'node:util';
import type { Paint } from './paint.ts';

export interface TableOptions {
  /** The first line, in bold. */
  readonly heads?: { readonly names: readonly string[]; readonly paint: Paint };
}

/** The rows as lines, with every column but the last as wide as its widest cell. Cells may hold colours, but no line breaks. */
export function tableLines(
  rows: readonly (readonly string[])[],
  { heads }: TableOptions = {},
): readonly string[] {
  const names = heads?.names.map((name) => heads.paint('bold', name));
  const lines = names === undefined ? rows : [names, ...rows];
  const widths: number[] = [];
  for (const cells of lines) {
    for (const [column, cell] of cells.entries())
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  return lines.map((cells) =>
    cells
      .map((cell, column) => `${cell}${' '.repeat((widths[column] ?? 0) - widthOf(cell))}`)
      .join('  ')
      .trimEnd(),
  );
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
