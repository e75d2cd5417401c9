import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** What scripts write is copied, the rest is only looked at. */
const COPIED = ['.ci', 'charts', 'clusters', 'flux-system', 'package.json'];
const LINKED = ['src', 'examples', 'node_modules'];
/** Where Node keeps compiled sources, so that the next of many short processes begins sooner. */
const COMPILED = resolve('.cache/node');

/** A copy of this project in a Git repository of its own, whose branch main is also at its origin. */
export class ScratchProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'smartscale-scratch-'));
  readonly #tools = join(this.folder, 'tools');
  readonly #root = join(this.folder, 'project');

  /** Another project like `original`, without what Git would do again; or a new one. */
  constructor(original?: ScratchProject) {
    if (original !== undefined) {
      cpSync(original.folder, this.folder, { recursive: true });
      return;
    }
    mkdirSync(this.#tools);
    mkdirSync(this.#root);
    for (const path of COPIED) cpSync(path, join(this.#root, path), { recursive: true });
    for (const path of LINKED) symlinkSync(resolve(path), join(this.#root, path));
    writeFileSync(join(this.#root, '.gitignore'), `${LINKED.join('\n')}\n`);
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(this.folder, 'origin')]);
    this.git('init', '--quiet', '--initial-branch=main');
    this.git('remote', 'add', 'origin', '../origin');
    this.commit('Start');
    this.git('push', '--quiet', 'origin', 'main');
  }

  /** Takes synthesis out, which costs seconds, where a test is not about it: no manifest differs then. */
  withoutSynthesis(): void {
    this.write('charts/main.ts', '');
    this.commit('Leave out synthesis');
    this.git('push', '--quiet', 'origin', 'main');
  }

  git(...args: readonly string[]): string {
    return this.#run('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args]).output;
  }

  commit(message: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }

  read(path: string): string {
    return readFileSync(join(this.#root, path), 'utf8');
  }

  edit(path: string, change: (text: string) => string): void {
    writeFileSync(join(this.#root, path), change(this.read(path)));
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.#root, path)), { recursive: true });
    writeFileSync(join(this.#root, path), text);
  }

  remove(path: string): void {
    rmSync(join(this.#root, path), { recursive: true });
  }

  /** Puts a program before those of the machine. */
  tool(name: string, text: string): void {
    const file = join(this.#tools, name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  /** Runs a script of the project; what it printed, and its exit code. */
  script(
    path: string,
    ...args: readonly string[]
  ): { readonly code: number | null; readonly output: string } {
    return path.endsWith('.ts')
      ? this.#run(process.execPath, [path, ...args])
      : this.#run(join(this.#root, path), args);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(program: string, args: readonly string[]): { readonly code: number | null; readonly output: string } {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: this.#root,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${this.#tools}:${process.env['PATH']}`,
        NODE_OPTIONS: '--no-warnings',
        NODE_COMPILE_CACHE: COMPILED,
      },
    });
    return { code: status, output: `${stdout}${stderr}` };
  }
}
