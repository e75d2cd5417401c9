import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OwnedProcess } from './child-process.ts';
import { freePort } from './free-port.ts';
import { eventually } from './poll.ts';

const BIN = join(import.meta.dirname, '..', '..', '..', 'src', 'bin.js');

export interface AutoscalerSettings {
  readonly folder: string;
  /** Begins the names of its logs in the folder, and tells replicas apart. @default smartscale */
  readonly name?: string;
  readonly kubeconfig: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const COMMAND_DEADLINE_MS = 60_000;

export interface CommandResult {
  /** `undefined` when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** One line of the autoscaler's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** `smartscale run` as a process of its own, started again as often as a test likes. */
export class AutoscalerProcess {
  readonly #settings: AutoscalerSettings;
  #process: OwnedProcess | undefined;
  #port = 0;
  #runs = 0;
  #isKept = false;

  constructor(settings: AutoscalerSettings) {
    this.#settings = settings;
  }

  /** Starts it, with further arguments or none, and returns at once; `untilReady` waits. */
  async start(...more: readonly string[]): Promise<void> {
    this.#port = await freePort();
    this.#runs += 1;
    this.#process = OwnedProcess.start({
      name: 'smartscale',
      command: process.execPath,
      args: [
        '--disable-warning=ExperimentalWarning',
        BIN,
        'run',
        ...this.#settings.args,
        ...more,
        `--port=${this.#port}`,
      ],
      env: { ...this.#settings.env, KUBECONFIG: this.#settings.kubeconfig },
      logFile: this.#logFile(this.#runs),
    });
    void this.#startAgainAfter(this.#process, more);
  }

  async #startAgainAfter(started: OwnedProcess, more: readonly string[]): Promise<void> {
    await started.ended;
    if (this.#isKept && this.#process === started) await this.start(...more);
  }

  /** Whether it is started again when it ends by itself, as a kubelet does. @default false */
  keepRunning(isKept: boolean): void {
    this.#isKept = isKept;
  }

  /** Runs another command on the same world to its end. */
  async command(name: string, ...args: readonly string[]): Promise<CommandResult> {
    const { args: world, env, kubeconfig } = this.#settings;
    const all = ['--disable-warning=ExperimentalWarning', BIN, name, ...world, ...args];
    const options = { env: { ...process.env, ...env, KUBECONFIG: kubeconfig }, timeout: COMMAND_DEADLINE_MS };
    return new Promise((resolve) => {
      execFile(process.execPath, all, options, (error, stdout, stderr) => {
        resolve({
          code: typeof error?.code === 'number' ? error.code : error === null ? 0 : undefined,
          stdout,
          stderr,
        });
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async untilReady(): Promise<void> {
    await eventually('the autoscaler to be ready', async () => {
      this.#process?.assertRunning();
      return (await fetch(`${this.url}/readyz`)).ok;
    });
  }

  /** Everything that it has logged since its first start, in order; lines that are not JSON are left out. */
  log(): readonly LogLine[] {
    const runs = Array.from({ length: this.#runs }, (_, index) => this.#logFile(index + 1));
    return runs.flatMap((file) => readFileSync(file, 'utf8').split('\n')).flatMap(parse);
  }

  #logFile(run: number): string {
    return join(this.#settings.folder, `${this.name}-${run}.log`);
  }

  get name(): string {
    return this.#settings.name ?? 'smartscale';
  }

  /** Kept when it is gone. */
  get ended(): Promise<void> {
    return this.#process?.ended ?? Promise.resolve();
  }

  /** Stops its every thread where it stands, as a starved or frozen machine does; `resume` lets it go on. */
  pause(): void {
    this.#process?.signal('SIGSTOP');
  }

  resume(): void {
    this.#process?.signal('SIGCONT');
  }

  /** The kernel's kill: no chance to clean up. */
  async kill(): Promise<void> {
    this.#isKept = false;
    await this.#process?.kill();
  }

  async stop(): Promise<void> {
    this.#isKept = false;
    await this.#process?.stop();
  }
}

function parse(line: string): readonly LogLine[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as LogLine];
  } catch (error) {
    // The last line of a killed process may be cut short.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
