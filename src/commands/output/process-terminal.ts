import { styleText } from 'node:util';
import { NO_PROGRESS } from './progress.ts';
import { isProgressShown, startProgressThread } from './progress-thread.ts';
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
  startProgress(options) {
    return isProgressShown(options, process.stderr, process.env) ? startProgressThread(options) : NO_PROGRESS;
  },
};
