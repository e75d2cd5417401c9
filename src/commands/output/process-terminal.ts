import { styleText } from 'node:util';
import type { ProgressOptions, ReportStep, Terminal } from './terminal.ts';

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
  async withProgress<T>(_options: ProgressOptions, work: (report: ReportStep) => Promise<T>): Promise<T> {
    return work(() => undefined);
  },
};
