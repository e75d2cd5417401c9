import { readFile } from 'node:fs/promises';
import type { PolicyDocument } from '../../model/policy-document.ts';
import { type Clock, PortError } from '../../ports.ts';
import { HeldPolicySource } from '../memory/held-policy-source.ts';

/** Reading is cheaper than watching is reliable: editors and mounted ConfigMaps replace the file instead of writing it. */
const POLL_MS = 1_000;

/** The policy in a file, looked at each second; `current()` is undefined while the file cannot be read. */
export class FilePolicySource extends HeldPolicySource {
  readonly #file: string;
  readonly #clock: Clock;

  private constructor(file: string, clock: Clock) {
    super();
    this.#file = file;
    this.#clock = clock;
  }

  /** Reads the file once; throws a configuration `PortError` when that fails. `follow` looks again from then on. */
  static async open(file: string, clock: Clock): Promise<FilePolicySource> {
    const source = new FilePolicySource(file, clock);
    try {
      source.hold(source.#documentOf(await readFile(file, 'utf8')));
    } catch (cause) {
      const code = codeOf(cause);
      throw new PortError(`the policy file ${file} cannot be read (${code})`, {
        retry: 'configuration',
        code,
        cause,
      });
    }
    return source;
  }

  whyNone(): string {
    return `The policy file ${this.#file} cannot be read`;
  }

  /** Follows the file until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#clock.sleep(POLL_MS, signal);
      // A file that cannot be read counts as no policy, which leaves the last good one in force.
      const text = await readFile(this.#file, 'utf8').catch(() => undefined);
      if (text === this.current()?.text) continue;
      this.hold(text === undefined ? undefined : this.#documentOf(text));
    }
  }

  #documentOf(text: string): PolicyDocument {
    return { text, origin: this.#file, revision: undefined };
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNREADABLE';
}
