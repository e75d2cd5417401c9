import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Starts a file of this folder in a process of its own that can send its figures back and may collect garbage. `flags` are
 * more flags of Node.
 */
export function startProcess(
  file: string,
  parameters: readonly string[],
  flags: readonly string[] = [],
): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return fork(path, parameters, {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning', ...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The child's first message; throws when it ends without one. */
export async function firstMessageOf<T>(child: ChildProcess): Promise<T> {
  const ended = new AbortController();
  child.once('exit', (code) =>
    ended.abort(new Error(`a bench process ended with code ${code} and no figures`)),
  );
  const [answer] = (await once(child, 'message', { signal: ended.signal })) as [T];
  return answer;
}
