import type { Server } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../ports.ts';
import type { WorkQueue } from './work-queue.ts';

/** From an answer out of memory to one that waited for a busy processor; the autoscaler's limit is 2 s. */
const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10, 30];
/** Methods that get a series of their own. */
const METHODS = new Set(['GET', 'HEAD', 'POST']);
/** Probes and scrapes come every few seconds, answer at once, and would hide what users see. */
const UNCOUNTED = new Set(['/health', '/ready', '/metrics']);

/** The app's metrics: what a request was, how it ended and how long it took; connections, queue, process. */
export class RequestMetrics {
  readonly registry = new Registry();
  readonly #service: string;
  readonly #clock: Clock;
  readonly #requests: Counter;
  readonly #durations: Histogram;

  constructor(service: string, clock: Clock, queue: WorkQueue) {
    this.#service = service;
    this.#clock = clock;
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Counter({
      name: 'http_requests_total',
      help: 'Requests answered; endpoint is the pattern of the route.',
      labelNames: ['service', 'method', 'endpoint', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer.',
      labelNames: ['service', 'method', 'endpoint'],
      buckets: DURATION_BUCKETS_SECONDS,
      registers,
    });
    const depth: Gauge = new Gauge({
      name: 'app_queue_depth',
      help: 'Items that wait to be worked off in this process.',
      labelNames: ['queue'],
      registers,
      collect: () => depth.set({ queue: 'tasks' }, queue.depth),
    });
  }

  /** Counts the server's open connections. */
  watch(server: Server): void {
    const open = new Gauge({
      name: 'app_active_connections',
      help: 'Open connections, idle ones included.',
      labelNames: ['service'],
      registers: [this.registry],
    });
    const labels = { service: this.#service };
    open.set(labels, 0);
    server.on('connection', (socket) => {
      open.inc(labels);
      socket.once('close', () => open.dec(labels));
    });
  }

  /** Middleware: records every request once its answer is out. */
  readonly record = (request: Request, response: Response, next: NextFunction): void => {
    const startMs = this.#clock.monotonicMs();
    response.once('finish', () => {
      const endpoint = (request.route as { readonly path: string } | undefined)?.path ?? 'unmatched';
      if (UNCOUNTED.has(endpoint)) return;
      const method = METHODS.has(request.method) ? request.method : 'other';
      const labels = { service: this.#service, method, endpoint };
      this.#requests.inc({ ...labels, status: String(response.statusCode) });
      this.#durations.observe(labels, (this.#clock.monotonicMs() - startMs) / 1000);
    });
    next();
  };
}
