import type { GitPolicySource } from '../../adapters/git/git-policy-source.ts';
import { Controller } from '../../loop/controller.ts';
import type { PolicyDocument } from '../../model/policy-document.ts';
import { defaultPolicy } from '../../policy/default-policy.ts';
import type { ReportEvent, Reporter } from '../../ports.ts';
import { SimulatedWorld } from '../../simulate/world/simulated-world.ts';
import { CommandError } from '../command-error.ts';
import { readTraceFile } from '../files/read-trace-file.ts';
import { SHIPPED_TRACE } from '../files/shipped-file.ts';

/** The morning of a shuttle launch: a quiet night is over, a crowd is coming. */
const TRACE_BEGIN_MS = Date.UTC(1995, 6, 13, 9);
/** The world's clock shows the trace's time of day. */
const WORLD_BEGIN_MS = Date.UTC(2026, 0, 8, 9);
/** Played before the page opens, so that its first plot has a past. */
const PAST_MS = 3 * 3_600_000;

export interface DemoWorldOptions {
  readonly seed: number;
  readonly git: GitPolicySource;
  /** Receives all reports, also those of the past. */
  readonly reporters: readonly Reporter[];
  /** Told from `report` on, and then first of the policy in force. */
  readonly story: Reporter;
}

/** The demo's world with the real controller in it, obeying a Git repository. */
export class DemoWorld {
  readonly world: SimulatedWorld;
  /** Rejects when the controller breaks; never resolves before `close`. */
  readonly broken: Promise<void>;
  /** Starts reporting. */
  readonly report: () => void;
  readonly #stop = new AbortController();
  readonly #stopFollowing: () => void;

  private constructor({
    world,
    git,
    report,
  }: {
    world: SimulatedWorld;
    git: GitPolicySource;
    report: () => void;
  }) {
    this.world = world;
    this.report = report;
    this.broken = new Controller(world.ports).run(this.#stop.signal);
    this.#stopFollowing = git.onChange(() => world.policySource.commit(git.current()));
  }

  /** Opens the world and plays its past. */
  static async open({ seed, git, reporters, story }: DemoWorldOptions): Promise<DemoWorld> {
    const trace = await readTraceFile(SHIPPED_TRACE);
    const past: { policy?: ReportEvent; isOver: boolean } = { isOver: false };
    const world: SimulatedWorld = new SimulatedWorld({
      seed,
      trace,
      policy: defaultPolicy(),
      policyDocument: startingDocument(git),
      startMs: WORLD_BEGIN_MS,
      traceOffsetMs: TRACE_BEGIN_MS - trace.startMs,
      reporter: {
        report(event) {
          for (const reporter of reporters) reporter.report(event);
          if (past.isOver) story.report(event);
          else if (event.kind === 'policy-accepted') past.policy = event;
        },
      },
    });
    const demo = new DemoWorld({ world, git, report: () => reporterFrom(past, story) });
    await world.advanceTo(PAST_MS);
    return demo;
  }

  async close(): Promise<void> {
    this.#stopFollowing();
    this.#stop.abort();
    await this.broken;
  }
}

function reporterFrom(past: { policy?: ReportEvent; isOver: boolean }, story: Reporter): void {
  past.isOver = true;
  if (past.policy !== undefined) story.report(past.policy);
}

function startingDocument(git: GitPolicySource): PolicyDocument {
  const document = git.current();
  if (document !== undefined) return document;
  throw new CommandError(
    'the repository has no policy.yaml at its head: commit one, or name another with --repository',
  );
}
