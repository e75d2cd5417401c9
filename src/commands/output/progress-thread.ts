import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Progress, ProgressStep } from './progress.ts';

/** The sources are TypeScript, what the images run is JavaScript. */
const WORKER = new URL(`./progress-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** Shows progress from a thread of its own, so that the line moves while this one computes. */
export function startProgressThread(first: ProgressStep): Progress {
  const worker = new Worker(WORKER, { workerData: first });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  // A terminal that cannot be written to is no reason to give up the work.
  worker.on('error', () => undefined);
  worker.unref();
  return {
    report: (step) => worker.postMessage(step, []),
    async stop() {
      worker.ref();
      worker.postMessage(undefined, []);
      await ended;
    },
  };
}
