import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One measured time, with the bound it is held to where there is one. */
export interface Measurement {
  readonly scenario: string;
  readonly what: string;
  readonly seconds: number;
  readonly goalSeconds?: number;
}

/** Test files run apart from the reporter that prints the table: the measurements pass through this file. */
const FILE = join(import.meta.dirname, '..', '..', '..', '.cache', 'e2e', 'measurements.jsonl');

/** Prints a measurement in a line of its own and keeps it for the table at the end. */
export function measured(measurement: Measurement): void {
  process.stderr.write(`${formatMeasurement(measurement)}\n`);
  mkdirSync(dirname(FILE), { recursive: true });
  appendFileSync(FILE, `${JSON.stringify(measurement)}\n`);
}

export function forgetMeasurements(): void {
  rmSync(FILE, { force: true });
}

export function readMeasurements(): readonly Measurement[] {
  try {
    const lines = readFileSync(FILE, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Measurement);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function formatMeasurement({ scenario, what, seconds, goalSeconds }: Measurement): string {
  const goal = goalSeconds === undefined ? '' : `  (goal ${goalSeconds} s)`;
  return `e2e  ${scenario.padEnd(28)}${seconds.toFixed(3).padStart(9)} s  ${what}${goal}`;
}
