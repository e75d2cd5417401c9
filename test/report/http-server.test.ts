import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { Registry } from 'prom-client';
import { listen } from '../../src/adapters/system/listen.ts';
import { type HttpOptions, type HttpServing, startHttp } from '../../src/report/http-server.ts';

const LOOPBACK = '127.0.0.1';
let serving: HttpServing | undefined;

async function get(
  path: string,
  options: Partial<HttpOptions> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  serving = await startHttp({
    port: 0,
    host: LOOPBACK,
    registry: new Registry(),
    readiness: () => [],
    listen,
    ...options,
  });
  const response = await fetch(`http://${LOOPBACK}:${serving.port}${path}`);
  return { status: response.status, text: await response.text(), headers: response.headers };
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
    expect(await get('/page', { routes })).toMatchObject({ status: 200, text: 'a page' });
    await serving?.close();
    expect(await get('/metrics')).toMatchObject({ status: 200 });
  });

  it.each(['/healthz', '/metrics', '/page'])(
    'lets no browser do more than the page needs: %s',
    async (path) => {
      const routes = express.Router().get('/page', (_request, response) => {
        response.send('a page');
      });
      const { headers } = await get(path, { routes });
      const policy = headers.get('content-security-policy') ?? '';
      for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
        expect(policy).toContain(rule);
      expect(policy).not.toMatch(/unsafe|upgrade-insecure/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('strict-transport-security')).toBe(false);
    },
  );

  it('says that a port is in use and how to choose another', async () => {
    await get('/healthz');
    const again = startHttp({
      port: serving?.port ?? 0,
      host: LOOPBACK,
      registry: new Registry(),
      readiness: () => [],
      listen,
    });
    await expect(again).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `port ${serving?.port} is in use: choose another with --port`,
    });
  });
});
