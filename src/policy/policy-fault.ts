import type { PolicyPath } from './policy-path.ts';

/** One thing wrong with a policy text: where it stands, what it says, which rule it breaks and what to write instead. */
export interface PolicyFault {
  /** Counted from 1; for something missing, the line of what should contain it. */
  readonly line: number;
  /** Keys joined by dots, list positions counted from 0: `schedules.0.start`; empty for the file as a whole. */
  readonly path: string;
  /** What stands there; `null` when nothing does. NaN and infinities come as their text, since JSON has none. */
  readonly value: unknown;
  readonly rule: string;
  readonly remedy: string;
}

/** A fault with the place that it spoils for further checks. */
export interface TextFault extends PolicyFault {
  readonly at: PolicyPath;
}

/** Faults in the order in which a person reads the file. */
export function inLineOrder(faults: readonly PolicyFault[]): readonly PolicyFault[] {
  return faults.toSorted((a, b) => a.line - b.line || compareText(a.path, b.path));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The fault as one sentence: where it stands, what stands there, the rule it breaks, and the remedy. */
export function faultSentence({ path, value, rule, remedy }: PolicyFault): string {
  const place = [path, valueText(value)].filter((part) => part !== '').join(' = ');
  return `${place === '' ? 'the file' : place}: ${rule}; ${remedy}`;
}

const MAX_VALUE_CHARACTERS = 60;

function valueText(value: unknown): string {
  if (value === null) return '';
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS - 1)}…` : text;
}
