import type { Paint } from './paint.ts';

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
  /**
   * Runs work that may take longer than two seconds, and shows on stderr what it is at.
   * Shows nothing with `json`, without a terminal, or in CI.
   */
  withProgress<T>(options: ProgressOptions, work: (report: ReportStep) => Promise<T>): Promise<T>;
}

export interface ProgressOptions {
  /** What is done first, in a few words. */
  readonly step: string;
  /** Whether the command answers with JSON. */
  readonly json: boolean;
}

/** Says what is done now, in a few words; may be called often. */
export type ReportStep = (step: string) => void;
