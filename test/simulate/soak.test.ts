import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

/** Heaps in bytes after a collection, at these hours of one simulated world. */
async function heapAt(...hours: readonly number[]): Promise<readonly number[]> {
  const script = 'test/simulate/soak-process.ts';
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--no-warnings',
    script,
    ...hours.map(String),
  ]);
  return JSON.parse(stdout) as readonly number[];
}

describe('days of running', () => {
  it('leave the heap as it was, within 5 % from one day to the next (F76)', async () => {
    const [day = 0, next = 0, ...rest] = await heapAt(24, 48);
    expect(rest).toEqual([]);
    expect(day).toBeGreaterThan(10e6);
    expect(next / day).toBeLessThan(1.05);
  }, 120_000);
});
