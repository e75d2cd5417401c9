/** A text with one fault, and what the person who wrote it must be told. */
export interface BrokenPolicy {
  readonly mistake: string;
  readonly text: string;
  readonly line: number;
  readonly path: string;
  readonly rule: RegExp;
  readonly remedy: RegExp;
}

/** One row of the tables: the mistake, the text, its place, and what must be said. */
export const broken = (
  mistake: string,
  text: string,
  [line, path]: readonly [number, string],
  [rule, remedy]: readonly [RegExp, RegExp],
): BrokenPolicy => ({ mistake, text, line, path, rule, remedy });

/** A text of these lines. */
export const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;

/** A policy with one schedule, whose keys stand from line 3 on. */
export const schedule = (entry: Readonly<Record<string, string>>) =>
  lines(
    'schedules:',
    '  - # an entry',
    ...Object.entries(entry).map(([key, value]) => `    ${key}: ${value}`),
  );
/** The keys of a schedule that is valid. */
export const sound = { name: 'day', start: '0 9 * * *', durationMinutes: '60', minNodes: '3' };
