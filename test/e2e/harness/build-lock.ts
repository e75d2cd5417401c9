import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const LOOK_AGAIN_MS = 1_000;

/** Runs `work` while no other process runs under the same lock file; waits for one that does, and takes over from one that died. */
export function whileLocked(file: string, work: () => void): void {
  while (!isTaken(file)) waitMs(LOOK_AGAIN_MS);
  try {
    work();
  } finally {
    rmSync(file, { force: true });
  }
}

function isTaken(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (!isHeld(file)) rmSync(file, { force: true });
  return false;
}

function isHeld(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    // No such file any more, or no such process.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Building is synchronous from end to end: jest waits for it before the first test. */
function waitMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
