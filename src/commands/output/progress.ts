/** What is done now, in a few words, and how much of all the work is done, 0 to 1, where that is known. */
export interface ProgressStep {
  readonly text: string;
  readonly share?: number;
}

export interface ProgressOptions {
  /** What is done first. */
  readonly text: string;
  /** Whether the command answers with JSON; then nothing is shown. */
  readonly json: boolean;
}

/** A line on the terminal that shows what is under way. */
export interface Progress {
  /** May be called often. */
  report(step: ProgressStep): void;
  /** Resolves when the line is gone, so that answers can be written. */
  stop(): Promise<void>;
}

/** For output that nobody watches. */
export const NO_PROGRESS: Progress = { report: () => undefined, stop: async () => undefined };

/** Whether somebody watches stderr who is helped by a line that moves. */
export function isProgressShown(
  { json }: Pick<ProgressOptions, 'json'>,
  stderr: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return !json && stderr.isTTY === true && env['CI'] === undefined && env['TERM'] !== 'dumb';
}
