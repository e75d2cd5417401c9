import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PortError } from '../../ports.ts';
import { git } from './git-command.ts';

/** Where the demo's policy lives: a repository of its own whose commits are the only lever. */
export interface ScratchRepository {
  readonly directory: string;
  /** The policy's path within it. */
  readonly file: string;
  /** Whether it was made by this call. */
  readonly isNew: boolean;
}

const FILE = 'policy.yaml';
/** Stands in for a person who has told git no name, so that commits work on a fresh machine. */
const DEFAULT_IDENTITY = { name: 'SmartScale demo', email: 'demo@smartscale.invalid' };

/**
 * A repository with `policy.yaml` committed: a new one in the system's folder for temporary files, or the one in
 * `directory`, which is made when it is not there and used as it is when it has commits.
 * @throws {PortError} when git is missing or refuses
 */
export async function openScratchRepository(
  policyText: string,
  directory?: string,
): Promise<ScratchRepository> {
  const where =
    directory === undefined ? await mkdtemp(join(tmpdir(), 'smartscale-demo-')) : await made(directory);
  const isNew = !(await readdir(where)).includes('.git');
  if (isNew) await begin(where, policyText);
  return { directory: where, file: FILE, isNew };
}

async function made(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true });
    return directory;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const message = `cannot make the folder ${directory} (${code}): name one that can be made`;
    throw new PortError(message, { retry: 'configuration', code, cause });
  }
}

async function begin(directory: string, policyText: string): Promise<void> {
  await git(directory, ['init', '--quiet', '--initial-branch=main']);
  if (!(await hasIdentity(directory))) {
    await git(directory, ['config', 'user.name', DEFAULT_IDENTITY.name]);
    await git(directory, ['config', 'user.email', DEFAULT_IDENTITY.email]);
  }
  await writeFile(join(directory, FILE), policyText);
  await git(directory, ['add', FILE]);
  await git(directory, [
    '-c',
    'commit.gpgsign=false',
    'commit',
    '--quiet',
    '-m',
    'Start with the shipped policy',
  ]);
}

async function hasIdentity(directory: string): Promise<boolean> {
  const settings = await git(directory, ['config', '--list', '--name-only']);
  return settings.includes('user.name') && settings.includes('user.email');
}
