import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Resolves when a line on its standard output holds each of the texts in turn. Throws when the process ends before. */
export async function says(child: ChildProcess, ...texts: readonly string[]): Promise<void> {
  const lines = createInterface({ input: child.stdout as Readable });
  const awaited = [...texts];
  for await (const line of lines) {
    if (awaited[0] !== undefined && line.includes(awaited[0])) awaited.shift();
    if (awaited.length > 0) continue;
    lines.close();
    child.stdout?.resume();
    return;
  }
  throw new Error(`the process ended and never said ${awaited.join(', ')}`);
}

/** Its memory that is resident now; Linux only. */
export function residentMiBOf({ pid }: ChildProcess): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1]) / 1024;
}
