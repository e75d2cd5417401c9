import { styleText } from 'node:util';
import { isProgressShown, NO_PROGRESS } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** This process' own stdout, stderr and exit code. Colours follow `NO_COLOR`, `FORCE_COLOR` and whether stdout is a terminal. */
export const PROCESS_TERMINAL: Terminal = {
  paint: (style, text) => styleText(style, text, { stream: process.stdout }),
  print(text) {
    process.stdout.write(text);
  },
  note(line) {
    process.stderr.write(`${line}\n`);
  },
  exitWith(code) {
    process.exitCode = code;
  },
  async startProgress(options) {
    if (!isProgressShown(options, process.stderr, process.env)) return NO_PROGRESS;
    const { startProgressThread } = await import('./progress-thread.ts');
    return startProgressThread(options);
  },
};
