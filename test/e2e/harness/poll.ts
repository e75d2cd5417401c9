import { setTimeout as pause } from 'node:timers/promises';

export interface PollOptions {
  /** Gives up after this long. @default 60 seconds */
  readonly deadlineMs?: number;
  /** Pause between two probes. @default 50 ms */
  readonly everyMs?: number;
}

/**
 * Probes until the answer is neither `undefined` nor `false` and returns it. A probe that throws counts as "not yet". Past the
 * deadline it throws with what was waited for and the last error.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  options: PollOptions = {},
): Promise<T> {
  const { deadlineMs = 60_000, everyMs = 50 } = options;
  const end = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) {
      throw new Error(`waited ${deadlineMs / 1000} s in vain: ${what}`, { cause: last });
    }
    await pause(everyMs);
  }
}
