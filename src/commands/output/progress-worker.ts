import { WriteStream } from 'node:tty';
import { parentPort, workerData } from 'node:worker_threads';
import yoctoSpinner from 'yocto-spinner';
import { ProgressDisplay } from './progress-display.ts';
import type { ProgressStep } from './progress.ts';

/*
 * A thread that shows on stderr what the main thread is at, until it is told nothing.
 */

const TICK_MS = 250;
/** Of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;
const HIDE_CURSOR = '\u001B[?25l';

/** Leaves the cursor: a process that is interrupted while it computes could not bring it back. */
class CursorKeepingStream extends WriteStream {
  override write(chunk: string): boolean {
    return chunk === HIDE_CURSOR || super.write(chunk);
  }
}

const port = parentPort;
if (port === null) throw new Error('progress-worker runs as a worker thread only');
const startMs = performance.now();
const stream = new CursorKeepingStream(2);
const line = yoctoSpinner({ stream, handleSignals: false });
const display = new ProgressDisplay(line, () => stream.columns || USUAL_COLUMNS, workerData as ProgressStep);
const elapsedMs = () => performance.now() - startMs;
const timer = setInterval(() => display.tick(elapsedMs()), TICK_MS);
port.on('message', (step: ProgressStep | undefined) => {
  if (step !== undefined) {
    display.report(step, elapsedMs());
    return;
  }
  clearInterval(timer);
  display.end();
  port.close();
});
