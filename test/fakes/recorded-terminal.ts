import type { ProgressOptions, ReportStep, Terminal } from '../../src/commands/output/terminal.ts';
import { runCommandLine } from '../../src/commands/run-command-line.ts';

/** A terminal that shows no colours, and keeps what is written. */
export class RecordedTerminal implements Terminal {
  stdout = '';
  stderr = '';
  exitCode: 0 | 1 | 2 = 0;
  /** What was reported while work went on, by the commands that do not answer with JSON. */
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

  async withProgress<T>(
    { step, json }: ProgressOptions,
    work: (report: ReportStep) => Promise<T>,
  ): Promise<T> {
    const report = (now: string) => {
      if (!json) this.steps.push(now);
    };
    report(step);
    return work(report);
  }
}

/** What `smartscale` with these arguments prints and exits with, run in this process. */
export async function smartscale(...args: readonly string[]): Promise<RecordedTerminal> {
  const terminal = new RecordedTerminal();
  await runCommandLine(args, terminal);
  return terminal;
}
