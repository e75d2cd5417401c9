import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PortError } from '../../ports.ts';

const run = promisify(execFile);
const DEADLINE_MS = 10_000;
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/**
 * What `git` printed when run in a folder with these arguments.
 * @throws {PortError} code `ENOENT` when git is not installed, else `GIT` with git's own words
 */
export async function git(directory: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', directory, ...args], {
      timeout: DEADLINE_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      // A person's own settings (hooks, signing, a template) have no business in what the program reads and writes.
      env: { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      ...(signal === undefined ? {} : { signal }),
    });
    return stdout;
  } catch (cause) {
    throw gitError(args, cause);
  }
}

function gitError(args: readonly string[], cause: unknown): PortError {
  if (isFailure(cause) && cause.code === 'ENOENT') {
    const message = 'git is not installed: install it (on Debian: `apt-get install git`) and try again';
    return new PortError(message, { retry: 'configuration', code: 'ENOENT', cause });
  }
  const said = isFailure(cause) && cause.stderr !== undefined ? cause.stderr.trim() : String(cause);
  return new PortError(`git ${args[0] ?? ''} failed: ${said}`, {
    retry: 'configuration',
    code: 'GIT',
    cause,
  });
}

function isFailure(cause: unknown): cause is { readonly code?: unknown; readonly stderr?: string } {
  return typeof cause === 'object' && cause !== null;
}
