import {
  NO_PROGRESS,
  type Progress,
  type ProgressOptions,
  type ProgressStep,
} from '../../src/commands/output/progress.ts';
import type { Terminal } from '../../src/commands/output/terminal.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';

/** A terminal that shows no colours, and keeps what is written. */
export class RecordedTerminal implements Terminal {
  stdout = '';
  stderr = '';
  exitCode: 0 | 1 | 2 = 0;
  /** What was said to be under way, unless the answer is JSON. */
  readonly steps: string[] = [];

  paint = (_style: string, text: string): string => text;

  print(text: string): void {
    this.stdout += text;
  }

  note(line: string): void {
    this.stderr += `${line}\n`;
  }

  exitWith(code: 0 | 1 | 2): void {
    this.exitCode = code;
  }

  async startProgress({ text, json }: ProgressOptions): Promise<Progress> {
    const report = (step: ProgressStep) => {
      if (!json) this.steps.push(step.text);
    };
    report({ text });
    return { ...NO_PROGRESS, report };
  }
}

/** What `smartscale` with these arguments prints and exits with, run in this process. */
export async function smartscale(...args: readonly string[]): Promise<RecordedTerminal> {
  const terminal = new RecordedTerminal();
  await runCommandLine(args, terminal);
  return terminal;
}
