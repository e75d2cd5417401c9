import { rm } from 'node:fs/promises';
import { GitPolicySource } from '../../adapters/git/git-policy-source.ts';
import { openScratchRepository, type ScratchRepository } from '../../adapters/git/scratch-repository.ts';
import { listen } from '../../adapters/system/listen.ts';
import { startHttp } from '../../report/http-server.ts';
import { Metrics } from '../../report/metrics.ts';
import { pageRouter } from '../../report/page/page-router.ts';
import { PageState } from '../../report/page/page-state.ts';
import { Pace } from '../../simulate/run/pace.ts';
import { SIMULATED_CLUSTER_NAME } from '../../simulate/world/simulated-world.ts';
import { DemoControls } from './demo-controls.ts';
import { DemoWorld } from './demo-world.ts';
import { StoryReporter } from './story-reporter.ts';

export interface DemoOptions {
  readonly port: number;
  readonly speed: number;
  readonly seed: number;
  readonly policyText: string;
  readonly repository?: string;
}

/**
 * Runs the demo until SIGINT or SIGTERM.
 * @throws {PortError} when git is missing, the repository cannot be used or the port is taken
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const stopAsked = untilSignal();
  const repository = await openScratchRepository(options.policyText, options.repository);
  let hasOpened = false;
  try {
    await play(options, repository, () => {
      hasOpened = true;
      return stopAsked;
    });
  } finally {
    // A demo that never opened leaves nothing behind.
    if (!hasOpened && repository.isNew && options.repository === undefined)
      await rm(repository.directory, { recursive: true });
  }
  process.stdout.write(`Stopped. Your policy and its history stay in ${repository.directory}\n`);
}

async function play(
  options: DemoOptions,
  repository: ScratchRepository,
  untilStop: () => Promise<void>,
): Promise<void> {
  const git = await GitPolicySource.open(repository.directory, repository.file);
  const page = new PageState(SIMULATED_CLUSTER_NAME);
  const metrics = new Metrics({ isLeader: () => true, watches: () => ({}), eventsDropped: () => 0 });
  const story = new StoryReporter((line) => process.stdout.write(`${line}\n`));
  const demo = await DemoWorld.open({ seed: options.seed, git, reporters: [page, metrics], story });
  const pace = new Pace(demo.world.clock, options.speed);
  const howToEdit = linesFor(repository);
  const serving = pageRouter(page, new DemoControls({ world: demo.world, pace, page, howToEdit }));
  try {
    const http = await startHttp({
      listen,
      port: options.port,
      host: '127.0.0.1',
      registry: metrics.registry,
      readiness: () => [],
      routes: serving.router,
    });
    process.stdout.write(greeting(http.port, options, howToEdit));
    demo.tell();
    const broken = new Promise<never>((_resolve, reject) => pace.start(reject));
    await Promise.race([untilStop(), demo.broken, broken]);
    await http.close();
  } finally {
    pace.stop();
    await demo.close();
    serving.close();
    git.close();
  }
}

/**
 * Resolves at the first signal to stop. A terminal sends Ctrl-C to the whole group, and a parent may pass it on: a second
 * one does not cut the first one's clean end short.
 */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

function linesFor({ directory, file }: ScratchRepository): readonly string[] {
  return [
    `cd ${directory}`,
    `$EDITOR ${file}        # say, nodes.max: 10 → 6`,
    'git commit -am "At most six workers"',
    'git revert --no-edit HEAD',
  ];
}

function greeting(port: number, { speed, seed }: DemoOptions, howToEdit: readonly string[]): string {
  return [
    `SmartScale demo: the real controller on a simulated world, ${speed} times real speed, seed ${seed}.`,
    '',
    `  page     http://localhost:${port}`,
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
