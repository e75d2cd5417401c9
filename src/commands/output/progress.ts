import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Terminal } from './terminal.ts';

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

/** Shows progress while the work goes on, and nothing of it afterwards, whether it is done or failed. */
export async function withProgress<T>(
  terminal: Terminal,
  options: ProgressOptions,
  work: (report: (step: ProgressStep) => void) => Promise<T>,
): Promise<T> {
  const progress = terminal.startProgress(options);
  try {
    return await work((step) => progress.report(step));
  } finally {
    await progress.stop();
  }
}

/** Whether somebody watches stderr who is helped by a line that moves. */
export function isProgressShown(
  { json }: Pick<ProgressOptions, 'json'>,
  stderr: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return !json && stderr.isTTY === true && env['CI'] === undefined && env['TERM'] !== 'dumb';
}

/** The sources are TypeScript, what the images run is JavaScript. */
const WORKER = new URL(`./progress-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** Shows progress from a thread of its own, so that the line moves while this one computes. */
export function startProgressThread(first: ProgressStep): Progress {
  const worker = new Worker(WORKER, { workerData: first });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  // A terminal that cannot be written to is no reason to give up the work.
  worker.on('error', () => undefined);
  worker.unref();
  return {
    report: (step) => worker.postMessage(step, []),
    async stop() {
      worker.ref();
      worker.postMessage(undefined, []);
      await ended;
    },
  };
}
