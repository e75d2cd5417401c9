import http from 'node:http';
import express, { type Express, type Router } from 'express';
import type { Registry } from 'prom-client';
import { securityHeaders } from './security-headers.ts';

/** No request of ours takes long; a client that does not finish its own is cut off. */
const REQUEST_TIMEOUT_MS = 10_000;

/** One thing that must be so before the process counts as ready; `detail` says what is missing. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

export interface HttpOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** @default all interfaces */
  readonly host?: string;
  /** Takes the port and gives the one taken; throws `PortError` when it cannot. */
  readonly listen: (
    server: http.Server,
    at: { readonly port: number; readonly host?: string },
  ) => Promise<number>;
  readonly registry: Registry;
  /** Asked at each `/readyz`. A standby is ready too: it is the lease that keeps it from writing. */
  readonly readiness: () => readonly ReadinessCheck[];
  /** Mounted at `/`: the status page. */
  readonly routes?: Router;
}

export interface HttpServing {
  readonly port: number;
  /** Stops listening and cuts what is open, streams included. */
  close(): Promise<void>;
}

/**
 * Serves `/healthz`, `/readyz` (503 with the checks that fail), `/metrics` and the routes given, with headers that keep
 * browsers from anything that the page does not need. Throws `PortError` when it cannot listen.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServing> {
  const server = http.createServer(appOf(options));
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  const port = await options.listen(server, options);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function appOf({ registry, readiness, routes }: HttpOptions): Express {
  const app = express();
  app.use(securityHeaders());
  app.get('/healthz', (_request, response) => {
    response.type('text').send('ok\n');
  });
  app.get('/readyz', (_request, response) => {
    const checks = readiness();
    const isReady = checks.every((check) => check.ok);
    response.status(isReady ? 200 : 503).json({ ready: isReady, checks });
  });
  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  if (routes !== undefined) app.use(routes);
  return app;
}
