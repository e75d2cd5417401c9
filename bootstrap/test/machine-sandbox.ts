import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What the fake download gives as the file `k3s`. */
export const BINARY = 'the k3s binary';

/** The programs that a machine's script reaches the world with: each notes its call, and answers as AWS would. */
const COMMANDS = {
  curl: `case "$*" in
  *latest/api/token*) echo session ;;
  *meta-data/instance-id*) echo i-0abc ;;
  *meta-data/placement/availability-zone*) echo eu-central-1b ;;
  *meta-data/instance-type*) echo t3.small ;;
  *meta-data/instance-life-cycle*) echo spot ;;
  *github.com*) while [ "$1" != -o ]; do shift; done; printf '%s' "$K3S_BINARY" > "$2" ;;
  *) exit 22 ;;
esac`,
  aws: `case "$*" in *get-secret-value*) echo K10hash::node:secret ;; esac`,
  // K3s writes its tokens when it has started.
  systemctl: `if [ "$1" = enable ]; then mkdir -p "$ROOT/var/lib/rancher/k3s/server"
  echo K10hash::node:agent > "$ROOT/var/lib/rancher/k3s/server/agent-token"
  echo K10hash::server:server > "$ROOT/var/lib/rancher/k3s/server/token"; fi`,
  sleep: ':',
} as const;

/** A folder that a machine's script takes for the whole machine. */
export class MachineSandbox {
  readonly #root = mkdtempSync(join(tmpdir(), 'machine-'));

  constructor() {
    for (const [name, body] of Object.entries(COMMANDS)) {
      const file = this.#path(`/fake/${name}`);
      writeFileSync(file, `#!/bin/bash\necho "${name} $*" >> "$ROOT/calls"\n${body}\n`);
      chmodSync(file, 0o755);
    }
    for (const folder of ['/usr/local/bin', '/etc/systemd/system', '/var/log', '/dev', '/etc/rancher/k3s'])
      mkdirSync(join(this.#root, folder), { recursive: true });
  }

  /** Runs the script as the first boot does; gives its exit code. */
  boot(script: string, binary = BINARY): number | null {
    const moved = script.replaceAll(/(?<![\w.])\/(etc|usr\/local|var)\//g, `${this.#root}/$1/`);
    const { status } = spawnSync(
      'bash',
      ['-c', moved.replaceAll('/dev/console', `${this.#root}/dev/console`)],
      {
        env: { PATH: `${this.#root}/fake:/usr/bin:/bin`, ROOT: this.#root, K3S_BINARY: binary },
        encoding: 'utf8',
      },
    );
    return status;
  }

  read(path: string): string {
    return readFileSync(join(this.#root, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(this.#root, path));
  }

  /** Calls of a program, with what the sandbox put before paths taken off again. */
  callsOf(name: keyof typeof COMMANDS): readonly string[] {
    const lines = this.read('calls').replaceAll(this.#root, '').split('\n');
    return lines.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  }

  remove(): void {
    rmSync(this.#root, { recursive: true });
  }

  #path(path: string): string {
    const file = join(this.#root, path);
    mkdirSync(dirname(file), { recursive: true });
    return file;
  }
}
