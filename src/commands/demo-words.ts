import type { OpenDemo } from '../use-cases/demo/run-demo.ts';
import { type Paint, plain } from './output/paint.ts';

export interface DemoSettings {
  /** Times real speed. */
  readonly speed: number;
  readonly seed: number;
}

/** An open demo as `smartscale demo --json` prints it. */
export function demoDocument(
  { port, directory, policyFile }: OpenDemo,
  { speed, seed }: DemoSettings,
): object {
  const page = `http://localhost:${port}`;
  return { page, metrics: `${page}/metrics`, repository: directory, policy: policyFile, speed, seed };
}

/** What the demo says first. */
export function greeting(
  { port, howToEdit }: OpenDemo,
  { speed, seed }: DemoSettings,
  paint: Paint = plain,
): string {
  return [
    `SmartScale demo: the real controller on a simulated world, ${speed} times real speed, seed ${seed}.`,
    '',
    `  page     ${paint('bold', `http://localhost:${port}`)}`,
    `  metrics  http://localhost:${port}/metrics`,
    '',
    'The policy is a file in a scratch Git repository. Commit a change and the next decision names your commit:',
    '',
    ...howToEdit.map((line) => `  ${line}`),
    '',
    'Ctrl-C ends the demo.',
    '',
    '',
  ].join('\n');
}
