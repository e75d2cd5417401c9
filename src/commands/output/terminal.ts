import type { Paint } from './paint.ts';
import type { Progress, ProgressOptions } from './progress.ts';

/** Where a command's output goes: answers to stdout, words about them to stderr. */
export interface Terminal {
  /** Styles text for stdout; returns it as it is where colours are not shown. */
  readonly paint: Paint;
  /** Writes to stdout. */
  print(text: string): void;
  /** Writes one line to stderr. */
  note(line: string): void;
  /** Sets the exit code: 0 done and fine, 1 done and the answer is no, 2 could not do it. The last call counts. */
  exitWith(code: 0 | 1 | 2): void;
  /** Shows on stderr what is under way, from two seconds on; nothing without a terminal, in CI, or beside JSON. */
  startProgress(options: ProgressOptions): Promise<Progress>;
}
