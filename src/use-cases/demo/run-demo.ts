import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '../../adapters/git/git-command.ts';
import { GitPolicySource } from '../../adapters/git/git-policy-source.ts';
import { openScratchRepository, type ScratchRepository } from '../../adapters/git/scratch-repository.ts';
import { listen } from '../../adapters/system/listen.ts';
import { startHttp } from '../../report/http-server.ts';
import { Metrics } from '../../report/metrics.ts';
import { pageRouter } from '../../report/page/page-router.ts';
import { PageState } from '../../report/page/page-state.ts';
import { Playback } from '../../simulate/run/playback.ts';
import { SIMULATED_CLUSTER_NAME } from '../../simulate/world/simulated-world.ts';
import { readPolicyFile } from '../files/read-policy-file.ts';
import { SHIPPED_POLICY } from '../files/shipped-file.ts';
import { DemoControls } from './demo-controls.ts';
import { DemoWorld } from './demo-world.ts';
import { StoryReporter } from './story-reporter.ts';

export interface DemoOptions {
  readonly port: number;
  readonly speed: number;
  readonly seed: number;
  /** File of the policy to start with. @default the shipped one */
  readonly policy?: string;
  /** Folder of the Git repository, made when it is not there. @default a new one among temporary files */
  readonly repository?: string;
}

/** Where people find an open demo. */
export interface OpenDemo {
  readonly port: number;
  /** The scratch Git repository. */
  readonly directory: string;
  /** The path of the policy's file in it. */
  readonly policyFile: string;
  /** Shell commands that change the policy and take the change back. */
  readonly howToEdit: readonly string[];
}

/** Told what happens in a demo. */
export interface DemoAudience {
  /** The story begins when it resolves. */
  opened(demo: OpenDemo): Promise<void>;
  /** A line of the demo's story. */
  told(line: string): void;
}

/**
 * Runs the demo until SIGINT or SIGTERM; gives the folder of the repository, which stays.
 * @throws {CommandError} when the policy file cannot be read or is not valid
 * @throws {PortError} when git is missing, the repository cannot be used or the port is taken
 */
export async function runDemo(options: DemoOptions, audience: DemoAudience): Promise<string> {
  const stopAsked = untilSignal();
  await git('.', ['--version']);
  const { text } = await readPolicyFile(options.policy ?? SHIPPED_POLICY);
  const repository = await openScratchRepository(text, options.repository);
  let hasOpened = false;
  try {
    await play(options, repository, {
      audience: {
        told: (line) => audience.told(line),
        async opened(demo) {
          hasOpened = true;
          await audience.opened(demo);
        },
      },
      stopAsked,
    });
  } finally {
    // A demo that never opened leaves nothing behind.
    if (!hasOpened && repository.isNew && options.repository === undefined)
      await rm(repository.directory, { recursive: true });
  }
  return repository.directory;
}

interface Stage {
  readonly audience: DemoAudience;
  readonly stopAsked: Promise<void>;
}

async function play(
  options: DemoOptions,
  repository: ScratchRepository,
  { audience, stopAsked }: Stage,
): Promise<void> {
  const source = await GitPolicySource.open(repository.directory, repository.file);
  const page = new PageState(SIMULATED_CLUSTER_NAME);
  const metrics = new Metrics({ isLeader: () => true, watches: () => ({}), eventsDropped: () => 0 });
  const story = new StoryReporter((line) => audience.told(line));
  const demo = await DemoWorld.open({ seed: options.seed, git: source, reporters: [page, metrics], story });
  const pace = new Playback(demo.world.clock, options.speed);
  const howToEdit = linesFor(repository);
  const serving = pageRouter(page, new DemoControls({ world: demo.world, playback: pace, page, howToEdit }));
  try {
    const http = await startHttp({
      listen,
      port: options.port,
      host: '127.0.0.1',
      registry: metrics.registry,
      readiness: () => [],
      routes: serving.router,
    });
    const { directory, file } = repository;
    const policyFile = join(directory, file);
    await audience.opened({ port: http.port, directory, policyFile, howToEdit });
    demo.report();
    const broken = new Promise<never>((_resolve, reject) => pace.start(reject));
    await Promise.race([stopAsked, demo.broken, broken]);
    await http.close();
  } finally {
    pace.stop();
    await demo.close();
    serving.close();
    source.close();
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
