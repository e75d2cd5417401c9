import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A person's clone of the fleet's repository: what the project commits in clusters/ and flux-system/, on a server. */
export class FleetRepository {
  readonly folder: string;
  #signing: Readonly<Record<string, string>> | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Puts the two trees, as they are committed, into a clone; nothing is pushed yet. */
  static async create(folder: string, url: string): Promise<FleetRepository> {
    const clone = new FleetRepository(join(folder, 'fleet'));
    mkdirSync(clone.folder);
    for (const tree of ['clusters', 'flux-system']) {
      cpSync(join(ROOT, tree), join(clone.folder, tree), { recursive: true });
    }
    await clone.git('init', '--quiet', '--initial-branch=main');
    await clone.git('remote', 'add', 'origin', url);
    return clone;
  }

  /** Signs the commits from now on with the keyring that these variables name; with `undefined` no longer. */
  signAs(keyring: Readonly<Record<string, string>> | undefined): void {
    this.#signing = keyring;
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Replaces the one place where `from` stands; throws when there is none or several. */
  edit(path: string, from: string | RegExp, to: string): void {
    const parts = this.read(path).split(from);
    if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} places with ${from}, not one`);
    this.write(path, parts.join(to));
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Commits everything and pushes it; returns the revision as Flux writes it. */
  async push(message: string): Promise<string> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', message);
    return this.#push();
  }

  /** Reverts the newest commit and pushes that. */
  async pushRevert(): Promise<string> {
    return this.pushRevertOf('HEAD');
  }

  /** Reverts a commit, or a revision as Flux writes it, and pushes that. */
  async pushRevertOf(commit: string): Promise<string> {
    await this.git('revert', '--no-edit', commit.replace(/^.*:/, ''));
    return this.#push();
  }

  /** Not in step with this process: it serves the repository too. */
  async git(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, ...PERSON, ...this.#signing };
    const signing = ['-c', `commit.gpgSign=${this.#signing !== undefined}`];
    const { stdout } = await execute('git', [...signing, ...args], { cwd: this.folder, env });
    return stdout.trim();
  }

  /** Of the newest commit, as Flux writes it. */
  async revision(): Promise<string> {
    return `main@sha1:${await this.git('rev-parse', 'HEAD')}`;
  }

  async #push(): Promise<string> {
    await this.git('push', '--quiet', 'origin', 'main');
    return this.revision();
  }
}

const PERSON = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  // The settings of whoever runs the tests must not sign, hook or rewrite these commits.
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
} as const;
