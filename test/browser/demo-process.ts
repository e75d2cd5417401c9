import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** The demo as a person starts it, and what it printed. */
export interface DemoProcess {
  readonly url: string;
  readonly repository: string;
  /** Asks it to end as Ctrl-C does; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `smartscale demo` on a free port; resolves once it has named its page and its repository. */
export async function startDemo(...flags: readonly string[]): Promise<DemoProcess> {
  const child = spawn(process.execPath, ['src/bin.js', 'demo', '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const { url, repository } = await greetingOf(child);
  return {
    url,
    repository,
    async stop() {
      child.kill('SIGINT');
      const code = await exited;
      rmSync(repository, { recursive: true, force: true });
      return code;
    },
  };
}

async function greetingOf(
  child: ChildProcess,
): Promise<{ readonly url: string; readonly repository: string }> {
  if (child.stdout === null) throw new Error('the demo has no output');
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    url ??= /page +(http:\/\/\S+)/.exec(line)?.[1];
    const repository = /^ +cd (\S+)/.exec(line)?.[1];
    if (url !== undefined && repository !== undefined) {
      child.stdout.resume();
      return { url, repository };
    }
  }
  throw new Error('the demo ended before it named its page');
}
