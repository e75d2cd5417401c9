import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Logs of the last run are kept here, outside Git. */
const FOLDER = join(import.meta.dirname, '..', '..', '..', '.cache', 'e2e');
/** What is of no use after a run, and large. */
const DATA = ['etcd', 'prometheus', 'artifacts'];

/** Names what has been started and how it is stopped; gives it back. */
export type Started = <T>(part: T, stop: () => Promise<void>) => T;

/** Everything that one test file runs on. */
export interface Together {
  readonly folder: string;
  /** Stops the parts, the last one first. */
  readonly stop: () => Promise<void>;
}

/** Starts parts that are stopped together, also when one of them fails to start; their logs stay in `.cache/e2e/<name>/`. */
export async function startTogether<T>(
  name: string,
  startParts: (folder: string, started: Started) => Promise<T>,
): Promise<T & Together> {
  const folder = join(FOLDER, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const undo: (() => Promise<void>)[] = [];
  const started: Started = (part, stop) => {
    undo.unshift(stop);
    return part;
  };
  const stop = async () => {
    for (const step of undo) await step();
    for (const data of DATA) rmSync(join(folder, data), { recursive: true, force: true });
  };
  try {
    return { ...(await startParts(folder, started)), folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
