import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A person's OpenPGP key in a keyring of its own. */
export class SigningKey {
  /** For `git commit --gpg-sign`: what finds the key. */
  readonly environment: Readonly<Record<string, string>>;
  /** ASCII-armoured. */
  readonly publicKey: string;
  readonly #home: string;

  private constructor(home: string, publicKey: string) {
    this.#home = home;
    this.environment = { GNUPGHOME: home };
    this.publicKey = publicKey;
  }

  static create(person: string): SigningKey {
    // The agent's socket is in there, and paths of sockets must be short.
    const home = mkdtempSync(join(tmpdir(), 'gpg-'));
    const gpg = (...args: readonly string[]) =>
      execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], { encoding: 'utf8' });
    gpg('--passphrase', '', '--quick-generate-key', person, 'rsa3072', 'sign', 'never');
    return new SigningKey(home, gpg('--armor', '--export', person));
  }

  /** Ends the agent that gpg has started for the keyring. */
  destroy(): void {
    execFileSync('gpgconf', ['--homedir', this.#home, '--kill', 'gpg-agent']);
    rmSync(this.#home, { recursive: true, force: true });
  }
}
