import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { Registry } from 'prom-client';
import { type HttpOptions, type HttpServing, startHttp } from '../../src/report/http-server.ts';

const LOOPBACK = '127.0.0.1';
let serving: HttpServing | undefined;

async function get(
  path: string,
  options: Partial<HttpOptions> = {},
): Promise<{ status: number; text: string }> {
  serving = await startHttp({
    port: 0,
    host: LOOPBACK,
    registry: new Registry(),
    readiness: () => [],
    ...options,
  });
  const response = await fetch(`http://${LOOPBACK}:${serving.port}${path}`);
  return { status: response.status, text: await response.text() };
}

afterEach(async () => {
  await serving?.close();
  serving = undefined;
});

describe('startHttp', () => {
  it('is healthy as soon as it answers', async () => {
    expect(await get('/healthz', { readiness: () => [{ name: 'pods', ok: false }] })).toMatchObject({
      status: 200,
    });
  });

  it('is ready when every check holds', async () => {
    const { status, text } = await get('/readyz', { readiness: () => [{ name: 'pods', ok: true }] });
    expect([status, JSON.parse(text)]).toEqual([200, { ready: true, checks: [{ name: 'pods', ok: true }] }]);
  });

  it('says which check fails when it is not ready', async () => {
    const check = { name: 'nodes', ok: false, detail: 'silent for 301 s' };
    const { status, text } = await get('/readyz', { readiness: () => [check] });
    expect([status, JSON.parse(text)]).toEqual([503, { ready: false, checks: [check] }]);
  });

  it('serves metrics and the routes of others', async () => {
    const routes = express.Router().get('/page', (_request, response) => {
      response.send('a page');
    });
    expect(await get('/page', { routes })).toEqual({ status: 200, text: 'a page' });
    await serving?.close();
    expect(await get('/metrics')).toMatchObject({ status: 200 });
  });

  it('says that a port is in use and how to choose another', async () => {
    await get('/healthz');
    const again = startHttp({
      port: serving?.port ?? 0,
      host: LOOPBACK,
      registry: new Registry(),
      readiness: () => [],
    });
    await expect(again).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `port ${serving?.port} is in use: choose another with --port`,
    });
  });
});
