import { createReadStream } from 'node:fs';
import { CommandError } from '../command-error.ts';

/** More than any text that a command takes; what reads further is a device or a mistake. */
const MAX_BYTES = 64_000_000;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file: check the path',
  EISDIR: 'it is a directory: name a file in it',
  ENOTDIR: 'a part of the path is no directory: check the path',
  EACCES: 'permission denied: make it readable for this user',
};

/**
 * The text of a file, or of standard input for `-`.
 * @throws CommandError when it cannot be read, is larger than 64 MB or is not UTF-8
 */
export async function readTextFile(file: string): Promise<string> {
  const bytes = await readBytes(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CommandError(`cannot read ${file}: it is not UTF-8 text: save it as UTF-8`, { cause: error });
  }
}

async function readBytes(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      chunks.push(Buffer.from(chunk as Buffer));
      size += (chunk as Buffer).length;
      if (size > MAX_BYTES) break;
    }
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${reasonOf(error)}`, { cause: error });
  }
  if (size > MAX_BYTES)
    throw new CommandError(`cannot read ${file}: it is larger than 64 MB: check the path`);
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  return REASONS[code] ?? `the system says ${code}: check the path`;
}
