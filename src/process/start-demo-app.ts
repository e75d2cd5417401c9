import { once } from 'node:events';
import { hostname } from 'node:os';
import { SystemClock } from '../adapters/system/system-clock.ts';
import { serveDemoApp } from '../demo-app/serve-demo-app.ts';
import { THIS_THREAD } from '../demo-app/this-thread.ts';
import { processLogger } from './process-logger.ts';
import { stopOnSignal } from './stop-on-signal.ts';

export interface DemoAppOptions {
  readonly port: number;
  /** Value of the label `service` of its metrics. */
  readonly service: string;
  /** Share of `GET /api/heavy` that fails, 0 to 1. */
  readonly errorRate: number;
  readonly drainSeconds: number;
  readonly queueItemCpuMs: number;
}

/** Beyond the app's own limits (draining, then 30 s for what is open). */
const STOP_MARGIN_MS = 35_000;

/** Serves the demo app until a signal; gives the exit code. */
export async function startDemoApp(options: DemoAppOptions): Promise<0 | 1> {
  const logger = processLogger();
  const stop = stopOnSignal({
    limitMs: options.drainSeconds * 1000 + STOP_MARGIN_MS,
    notify: (name) => logger.info({ signal: name }, 'stopping: not ready from now on'),
  });
  const serving = await serveDemoApp(
    { ...options, pod: hostname() },
    { clock: new SystemClock(), processor: THIS_THREAD, random: Math.random },
  );
  logger.info({ port: serving.port }, 'started');
  if (!stop.aborted) await once(stop, 'abort');
  const shutdown = await serving.stop();
  logger.info(shutdown, 'stopped');
  return shutdown.cutRequests === 0 ? 0 : 1;
}
