import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Processor } from './burner.ts';

const MATERIAL = Buffer.alloc(16 * 1024);

/** The thread that this code runs on; its work is hashing. */
export const THIS_THREAD: Processor = {
  spentMs() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
  work() {
    createHash('sha256').update(MATERIAL).digest();
  },
  nextTurn: () => setImmediate(),
};
