import type { ProgressOptions, ProgressStep } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Shows progress while the work goes on, and nothing of it afterwards, whether it is done or failed. */
export async function withProgress<T>(
  terminal: Terminal,
  options: ProgressOptions,
  work: (report: (step: ProgressStep) => void) => Promise<T>,
): Promise<T> {
  const progress = await terminal.startProgress(options);
  try {
    return await work((step) => progress.report(step));
  } finally {
    await progress.stop();
  }
}
