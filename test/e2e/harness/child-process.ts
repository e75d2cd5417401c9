import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const SETPRIV = '/usr/bin/setpriv';
const TERM_TO_KILL_MS = 10_000;

export interface StartOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Standard output and errors go here. */
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * One process of the tier. It is ended by its own pid, and it dies with this process (a kernel signal where `setpriv` exists), so
 * that even a killed test run leaves nothing behind.
 */
export class OwnedProcess {
  readonly name: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<void>;
  #ended = false;

  private constructor(name: string, logFile: string, child: ChildProcess) {
    this.name = name;
    this.logFile = logFile;
    this.#child = child;
    this.#exit = new Promise((resolve) => {
      child.once('exit', () => {
        this.#ended = true;
        resolve();
      });
      child.once('error', () => {
        this.#ended = true;
        resolve();
      });
    });
  }

  static start(options: StartOptions): OwnedProcess {
    const log = openSync(options.logFile, 'a');
    const dieWithUs = process.platform === 'linux' && existsSync(SETPRIV);
    const [command, args] = dieWithUs
      ? [SETPRIV, ['--pdeathsig', 'KILL', '--', options.command, ...options.args]]
      : [options.command, [...options.args]];
    const child = spawn(command, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    closeSync(log);
    return new OwnedProcess(options.name, options.logFile, child);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return !this.#ended;
  }

  /** Kept when it is gone, for whatever reason. */
  get ended(): Promise<void> {
    return this.#exit;
  }

  /** Throws with the end of the log when the process is gone; for use while waiting for it. */
  assertRunning(): void {
    if (this.#ended) throw new Error(`${this.name} ended by itself; the end of its log:\n${this.tail()}`);
  }

  tail(lines = 20): string {
    return readFileSync(this.logFile, 'utf8').split('\n').slice(-lines).join('\n');
  }

  /** Sends a signal, unless it has ended. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.#ended) this.#child.kill(name);
  }

  /** SIGKILL, and gone when this returns. */
  async kill(): Promise<void> {
    if (!this.#ended) this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** SIGTERM, and SIGKILL when that does not help within ten seconds. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#child.kill('SIGTERM');
    const cancel = new AbortController();
    const late = pause(TERM_TO_KILL_MS, 'late', { signal: cancel.signal }).catch(() => 'cancelled');
    const first = await Promise.race([this.#exit, late]);
    if (first === 'late') this.#child.kill('SIGKILL');
    await this.#exit;
    cancel.abort();
  }
}
