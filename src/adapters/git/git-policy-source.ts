import type { PolicyDocument } from '../../model/policy-document.ts';
import { PortError } from '../../ports.ts';
import { HeldPolicySource } from '../memory/held-policy-source.ts';
import { git } from './git-command.ts';

/** How often the head is looked at: one `git rev-parse` costs a few milliseconds, and a commit should count within a second. */
const POLL_MS = 300;

/**
 * The policy as committed at the head of a local Git repository: an edit counts once it is a commit, and a revert is a
 * commit like any other. A head without the file, or a repository that cannot be read, leaves `current()` undefined.
 */
export class GitPolicySource extends HeldPolicySource {
  readonly #directory: string;
  readonly #file: string;
  #head: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(directory: string, file: string) {
    super();
    this.#directory = directory;
    this.#file = file;
  }

  /**
   * Reads the head of a repository and follows it until `close`.
   * @throws {PortError} when git is missing or the folder has no commit
   */
  static async open(directory: string, file: string): Promise<GitPolicySource> {
    const source = new GitPolicySource(directory, file);
    await source.#poll();
    source.#schedulePoll();
    return source;
  }

  whyNone(): string {
    return `The head of ${this.#directory} has no file ${this.#file}`;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.dropListeners();
  }

  #schedulePoll(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#poll()
        .catch((error: unknown) => this.#markUnreadable(error))
        .finally(() => this.#schedulePoll());
    }, POLL_MS);
  }

  async #poll(): Promise<void> {
    const head = (await git(this.#directory, ['rev-parse', 'HEAD'])).trim();
    if (head === this.#head) return;
    const document = await this.#read(head);
    this.#head = head;
    this.hold(document);
  }

  async #read(head: string): Promise<PolicyDocument | undefined> {
    const [branch, entry, commit] = await Promise.all([
      git(this.#directory, ['rev-parse', '--abbrev-ref', 'HEAD']),
      git(this.#directory, ['ls-tree', '--name-only', head, '--', this.#file]),
      git(this.#directory, ['log', '-1', '--format=%an%x00%ct%x00%s', head]),
    ]);
    if (entry.trim() === '') return undefined;
    const [author = '', committedAtSeconds = '0', subject = ''] = commit.trimEnd().split('\0');
    return {
      text: await git(this.#directory, ['show', `${head}:${this.#file}`]),
      origin: this.#file,
      revision: `${branch.trim()}@sha1:${head}`,
      commit: { author, subject, atMs: Number(committedAtSeconds) * 1000 },
    };
  }

  /** A repository that went away counts as a policy that is not there: the last good one stays in force. */
  #markUnreadable(error: unknown): void {
    if (!(error instanceof PortError)) throw error;
    if (this.current() === undefined || this.#isClosed) return;
    this.#head = undefined;
    this.hold(undefined);
  }
}
