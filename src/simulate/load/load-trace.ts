/** A load over time. Between two rows it is interpolated; past its end it begins again. */
export interface LoadTrace {
  readonly name: string;
  /** Wall-clock time of the first row. */
  readonly startMs: number;
  /** From the first row to one step past the last. */
  readonly lengthMs: number;
  readonly peak: number;
  /** The load `offsetMs` after the first row. */
  at(offsetMs: number): number;
}

/** A trace file that cannot be read as one; `line` counts from 1. */
export class TraceError extends Error {
  readonly line: number;

  constructor(line: number, fact: string) {
    super(`line ${line}: ${fact}`);
    this.name = 'TraceError';
    this.line = line;
  }
}

interface Row {
  readonly atMs: number;
  readonly value: number;
}

/**
 * Reads `timestamp,value` lines: ISO 8601 times (UTC where they name no zone) that strictly rise, at any spacing, and
 * values of at least 0. A first line that is no row is taken as a header. Throws `TraceError`.
 */
export function parseTrace(name: string, text: string): LoadTrace {
  const rows = readRows(text);
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined || rows.length < 2)
    throw new TraceError(rows.length + 1, 'a trace needs at least two rows of `timestamp,value`');
  const offsets = Float64Array.from(rows, (row) => row.atMs - first.atMs);
  const values = Float64Array.from(rows, (row) => row.value);
  const peak = values.reduce((max, value) => Math.max(max, value), 0);
  if (peak === 0) throw new TraceError(rows.length, 'every value is 0: there is no load to scale');
  const lastStepMs = last.atMs - (rows.at(-2)?.atMs ?? first.atMs);
  const lengthMs = last.atMs - first.atMs + lastStepMs;
  const at = (offsetMs: number) =>
    interpolate(offsets, values, ((offsetMs % lengthMs) + lengthMs) % lengthMs);
  return { name, startMs: first.atMs, lengthMs, peak, at };
}

function readRows(text: string): readonly Row[] {
  const rows: Row[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || (index === 0 && !/^\d/.test(line))) continue;
    const row = readRow(line, index + 1);
    const before = rows.at(-1);
    if (before !== undefined && row.atMs <= before.atMs)
      throw new TraceError(index + 1, `the time does not rise: ${line}`);
    rows.push(row);
  }
  return rows;
}

function readRow(line: string, number: number): Row {
  const cells = line.split(',').map((cell) => cell.trim());
  const [time, amount] = cells;
  if (cells.length !== 2 || time === undefined || amount === undefined)
    throw new TraceError(number, `want \`timestamp,value\`, got ${JSON.stringify(line)}`);
  const atMs = parseTime(time);
  if (Number.isNaN(atMs)) throw new TraceError(number, `not an ISO 8601 time: ${JSON.stringify(time)}`);
  const value = amount === '' ? Number.NaN : Number(amount);
  if (!Number.isFinite(value) || value < 0)
    throw new TraceError(number, `not a number of at least 0: ${JSON.stringify(amount)}`);
  return { atMs, value };
}

function parseTime(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return Number.NaN;
  const hasZone = text.length <= 10 || /(Z|[+-]\d{2}:?\d{2})$/.test(text);
  return Date.parse(hasZone ? text : `${text.replace(' ', 'T')}Z`);
}

function interpolate(offsets: Float64Array, values: Float64Array, offsetMs: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= offsetMs) low = middle;
    else high = middle - 1;
  }
  const from = offsets[low] ?? 0;
  const value = values[low] ?? 0;
  const to = offsets[low + 1];
  if (to === undefined) return value;
  return value + ((values[low + 1] ?? 0) - value) * ((offsetMs - from) / (to - from));
}
