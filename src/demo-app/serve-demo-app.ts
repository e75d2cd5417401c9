import http from 'node:http';
import { listen } from '../adapters/system/listen.ts';
import type { Clock } from '../ports.ts';
import { Burner, type Processor } from './burner.ts';
import { demoApp } from './demo-app.ts';
import { OpenRequests } from './open-requests.ts';
import { RequestMetrics } from './request-metrics.ts';
import { WorkQueue } from './work-queue.ts';

/** Longer than the idle time of any proxy in front, so it is never we who close just as a request comes. */
const KEEP_ALIVE_MS = 75_000;
/** Requests that are not answered by then are cut off at the end; the longest burn takes a small part of it. */
const FINISH_LIMIT_MS = 30_000;

export interface DemoAppOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** @default all interfaces */
  readonly host?: string;
  readonly service: string;
  readonly pod: string;
  /** Share of `GET /api/heavy` that fails, 0 to 1. */
  readonly errorRate: number;
  /** How long it still serves everybody after it has said that it is not ready. */
  readonly drainSeconds: number;
  /** CPU time that an item of the queue takes. */
  readonly queueItemCpuMs: number;
}

/** The world of the app. */
export interface DemoAppWorld {
  readonly clock: Clock;
  readonly processor: Processor;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** What was lost in the end; zeros when it ended well. */
export interface ShutdownResult {
  /** Requests that were cut off since they took too long. */
  readonly cutRequests: number;
  /** Items that were still in the queue. */
  readonly droppedItems: number;
}

export interface DemoAppServing {
  readonly port: number;
  /**
   * Ends without losing a request: says at once that it is not ready, serves on while the news spreads and closes each
   * connection behind its answer, then takes no more and waits for those that are open.
   */
  stop(): Promise<ShutdownResult>;
}

/** Serves the demo app. Throws `PortError` when it cannot listen. */
export async function serveDemoApp(options: DemoAppOptions, world: DemoAppWorld): Promise<DemoAppServing> {
  const burner = new Burner(world.processor);
  const queue = new WorkQueue(burner, options.queueItemCpuMs);
  const metrics = new RequestMetrics(options.service, world.clock, queue);
  const open = new OpenRequests();
  const app = demoApp({ ...options, random: world.random, burner, queue, metrics, open });
  const server = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, app);
  metrics.watch(server);
  const port = await listen(server, options);
  return {
    port,
    async stop() {
      open.leave();
      await world.clock.sleep(options.drainSeconds * 1000);
      const cutRequests = await close(server, open, world.clock);
      return { cutRequests, droppedItems: queue.clear() };
    },
  };
}

/** Takes no more connections, waits for the open requests, and says how many it had to cut off. */
async function close(server: http.Server, open: OpenRequests, clock: Clock): Promise<number> {
  const isClosed = new AbortController();
  server.close(() => isClosed.abort());
  await clock.sleep(FINISH_LIMIT_MS, isClosed.signal);
  const cutRequests = open.count;
  server.closeAllConnections();
  return cutRequests;
}
