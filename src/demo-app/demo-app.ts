import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import type { Burner } from './burner.ts';
import type { OpenRequests } from './open-requests.ts';
import { bodyFault, COMPLEXITY_CPU_MS, readProcessRequest, readQueueAddRequest } from './read-request.ts';
import { faultBody } from './request-fault.ts';
import type { RequestMetrics } from './request-metrics.ts';
import { QUEUE_CAPACITY, type WorkQueue } from './work-queue.ts';

const HEAVY_CPU_MS = [200, 500] as const;
const CATALOGUE = Array.from({ length: 20 }, (_, index) => ({ id: index + 1, name: `item-${index + 1}` }));
const ENDPOINTS = [
  'GET /',
  'GET /health',
  'GET /ready',
  'GET /metrics',
  'POST /api/process',
  'GET /api/data',
  'GET /api/heavy',
  'POST /api/queue/add',
  'POST /api/queue/clear',
];

export interface DemoAppParts {
  /** Value of the metrics' label `service`. */
  readonly service: string;
  /** Who answers: the pod's name. */
  readonly pod: string;
  /** Share of `GET /api/heavy` that fails, 0 to 1. */
  readonly errorRate: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly burner: Burner;
  readonly queue: WorkQueue;
  readonly metrics: RequestMetrics;
  readonly open: OpenRequests;
}

/** The routes of the demo app. */
export function demoApp(parts: DemoAppParts): Express {
  const app = express().disable('x-powered-by');
  app.use(parts.open.follow, parts.metrics.record);
  addProbes(app, parts);
  addWork(app, parts);
  addQueue(app, parts);
  app.use((request, response) => {
    response
      .status(404)
      .json({ error: `no such endpoint: ${request.method} ${request.path}`, endpoints: ENDPOINTS });
  });
  app.use(answerBrokenBody);
  return app;
}

function addProbes(app: Express, { service, pod, open, metrics }: DemoAppParts): void {
  app.get('/', (_request, response) => {
    response.json({ service, pod, endpoints: ENDPOINTS });
  });
  app.get('/health', (_request, response) => {
    response.json({ healthy: true });
  });
  app.get('/ready', (_request, response) => {
    response.status(open.isLeaving ? 503 : 200).json({ ready: !open.isLeaving });
  });
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

function addWork(app: Express, { burner, random, errorRate }: DemoAppParts): void {
  app.post('/api/process', express.json(), async (request, response) => {
    const reading = readProcessRequest(request.body);
    if (!reading.valid) return void response.status(400).json(faultBody(reading.fault));
    if (burner.isFull()) return answerOverload(response);
    const cpuMs = between(COMPLEXITY_CPU_MS[reading.request.complexity], random);
    await burner.burn(cpuMs);
    response.json({ ...reading.request, cpu_ms: cpuMs });
  });
  app.get('/api/data', (_request, response) => {
    response.json({ items: CATALOGUE });
  });
  app.get('/api/heavy', async (_request, response) => {
    if (burner.isFull()) return answerOverload(response);
    const cpuMs = between(HEAVY_CPU_MS, random);
    await burner.burn(cpuMs);
    if (random() < errorRate) {
      response.status(500).json({ error: 'failed on purpose: the share that fails is --error-rate' });
    } else {
      response.json({ cpu_ms: cpuMs });
    }
  });
}

function addQueue(app: Express, { queue }: DemoAppParts): void {
  app.post('/api/queue/add', express.json(), (request, response) => {
    const reading = readQueueAddRequest(request.body);
    if (!reading.valid) return void response.status(400).json(faultBody(reading.fault));
    if (!queue.add(reading.request.count)) {
      const error = `the queue holds ${queue.depth} of at most ${QUEUE_CAPACITY} items: add fewer, or clear it`;
      return void response.status(429).json({ error });
    }
    response.status(202).json({ added: reading.request.count, depth: queue.depth });
  });
  app.post('/api/queue/clear', (_request, response) => {
    response.json({ cleared: queue.clear(), depth: queue.depth });
  });
}

function answerOverload(response: Response): void {
  response.status(503).set('Retry-After', '1').json({ error: 'too many requests are being worked on' });
}

/** What `express.json()` refuses is the client's fault and told as one; all else is ours. */
const answerBrokenBody: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const { status, body } = error as { readonly status?: number; readonly body?: unknown };
  if (status === undefined || status >= 500 || response.headersSent) return next(error);
  response.status(status).json(faultBody(bodyFault(body)));
};

function between([low, high]: readonly [number, number], random: () => number): number {
  return Math.round(low + random() * (high - low));
}
