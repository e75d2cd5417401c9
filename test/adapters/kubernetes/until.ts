import { setImmediate as nextTurn } from 'node:timers/promises';

const LIMIT_MS = 4000;

/** Lets real I/O go on until the condition holds; throws when it does not within four seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`never came true: ${condition.toString()}`);
    await nextTurn();
  }
}
