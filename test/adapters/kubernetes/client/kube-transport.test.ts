import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KubeApiError } from '../../../../src/adapters/kubernetes/client/kube-api-error.ts';
import { anonymousCredentials } from '../../../../src/adapters/kubernetes/client/kube-credentials.ts';
import { KubeTransport } from '../../../../src/adapters/kubernetes/client/kube-transport.ts';
import { LineSplitter } from '../../../../src/adapters/kubernetes/client/line-splitter.ts';
import { TokenBucket } from '../../../../src/time/token-bucket.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { FakeApiServer, refusal } from '../fake-api-server.ts';
import { until } from '../until.ts';

describe('KubeTransport', () => {
  const { signal } = new AbortController();
  const get = { method: 'GET', path: '/api/v1/nodes/n1', signal } as const;
  let server: FakeApiServer;
  let clock: ManualClock;
  let transport: KubeTransport;

  beforeEach(async () => {
    server = await FakeApiServer.start();
    server.answer = () => ({ body: { ok: true } });
    clock = new ManualClock();
    transport = new KubeTransport(anonymousCredentials(server.url), clock);
  });

  afterEach(async () => {
    transport.close();
    await server.close();
  });

  it('sends JSON and gives JSON back', async () => {
    server.answer = () => ({ status: 201, headers: { 'x-kind': 'pod' }, body: { made: 'ü' } });
    const answer = await transport.request({
      method: 'PATCH',
      path: '/api/v1/nodes/n1',
      query: { fieldManager: 'me', force: true, absent: undefined },
      body: { spec: {} },
      contentType: 'application/merge-patch+json',
      signal,
    });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-kind': 'pod' }, body: { made: 'ü' } });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'PATCH', path: '/api/v1/nodes/n1', body: { spec: {} } });
    expect(request?.headers['content-type']).toBe('application/merge-patch+json');
    expect(Object.fromEntries(request?.query ?? [])).toEqual({ fieldManager: 'me', force: 'true' });
  });

  it('keeps one connection for calls after one another', async () => {
    for (let n = 0; n < 5; n += 1) await transport.request(get);
    expect(server.connections).toBe(1);
  });

  it.each([
    [404, 'NotFound', 'configuration'],
    [403, 'Forbidden', 'authorization'],
    [409, 'Conflict', 'transient'],
    [500, 'InternalError', 'transient'],
  ])('throws a typed error for %i', async (status, reason, retry) => {
    server.answer = () => refusal(status, reason);
    const fault = await transport.request(get).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(KubeApiError);
    expect(fault).toMatchObject({ status, reason, code: reason, retry });
  });

  it('says what it knows of an error page that is not JSON', async () => {
    server.answer = () => ({ status: 502, body: 'bad gateway' });
    await expect(transport.request(get)).rejects.toMatchObject({
      status: 502,
      code: 'HTTP_502',
      retry: 'transient',
    });
  });

  it('repeats a GET that was pushed back after the time the server asks for', async () => {
    server.answer = () => refusal(429, 'TooManyRequests', { headers: { 'retry-after': '2' } });
    const answer = transport.request(get);
    await until(() => clock.sleepsMs().includes(2000));
    server.answer = () => ({ body: { ok: true } });
    clock.advance(2000);
    await expect(answer).resolves.toMatchObject({ body: { ok: true } });
  });

  it('gives up a GET that is pushed back again and again', async () => {
    server.answer = () => refusal(429, 'TooManyRequests');
    const answer = transport.request({ ...get, throttledRetries: 1 }).catch((error: unknown) => error);
    await until(() => clock.sleepsMs().includes(1000));
    clock.advance(1000);
    expect(await answer).toMatchObject({ status: 429 });
  });

  it('never repeats a write, and says how long the server wants it to wait', async () => {
    const details = { retryAfterSeconds: 10, causes: [{ reason: 'DisruptionBudget' }] };
    server.answer = () => ({ status: 429, body: { reason: 'TooManyRequests', details } });
    const fault = await transport
      .request({ ...get, method: 'POST', body: {} })
      .catch((error: unknown) => error);
    expect(fault).toMatchObject({ status: 429, retryAfterMs: 10_000, details });
    expect(server.requests).toHaveLength(1);
  });

  it('reads its credentials again once when they are refused', async () => {
    const refreshes: boolean[] = [];
    const read = async (refresh: boolean) => {
      refreshes.push(refresh);
      return { headers: { authorization: refresh ? 'new' : 'old' }, tls: {} };
    };
    transport = new KubeTransport({ server: server.url, read }, clock);
    server.answer = ({ headers }) =>
      headers.authorization === 'new' ? { body: {} } : refusal(401, 'Unauthorized');
    await transport.request(get);
    await transport.request(get);
    expect(refreshes).toEqual([false, true]);
    clock.advance(30_000);
    server.answer = () => refusal(401, 'Unauthorized');
    await expect(transport.request(get)).rejects.toMatchObject({ status: 401, retry: 'authorization' });
  });

  it('has a deadline', async () => {
    server.answer = () => 'hang';
    await expect(transport.request({ ...get, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      retry: 'transient',
    });
  });

  it('stops when it is told to', async () => {
    server.answer = () => 'hang';
    const stop = new AbortController();
    const answer = transport.request({ ...get, signal: stop.signal }).catch((error: unknown) => error);
    await until(() => server.requests.length === 1);
    stop.abort();
    expect(await answer).toMatchObject({ code: 'ABORTED' });
  });

  it('says why no answer came', async () => {
    server.answer = () => 'reset';
    await expect(transport.request(get)).rejects.toMatchObject({ code: 'ECONNRESET', retry: 'transient' });
  });

  it('waits when calls come too fast, but not for a watch', async () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2 }, clock);
    transport = new KubeTransport(anonymousCredentials(server.url), clock, bucket);
    await Promise.all([transport.request(get), transport.request(get)]);
    const third = transport.request(get);
    const fourth = transport.request(get);
    await until(() => clock.sleepsMs().length === 2);
    expect(clock.sleepsMs()).toEqual([100, 200]);
    const stop = new AbortController();
    const watching = transport
      .watch({ path: '/api/v1/nodes', query: { watch: true }, signal: stop.signal, onLine: () => undefined })
      .catch((error: unknown) => error);
    await until(() => server.watches.length === 1);
    stop.abort();
    expect(await watching).toMatchObject({ code: 'ABORTED' });
    clock.advance(200);
    await Promise.all([third, fourth]);
  });
});

describe('LineSplitter', () => {
  it('cuts lines wherever the chunks end', () => {
    const bytes = Buffer.from('eins\nzwölf\n\ndrei€\nrest');
    for (let size = 1; size <= bytes.length; size += 1) {
      const splitter = new LineSplitter();
      const lines: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        lines.push(...splitter.push(bytes.subarray(at, at + size)));
      expect(lines).toEqual(['eins', 'zwölf', 'drei€']);
    }
  });

  it('refuses a line beyond its limit', () => {
    const splitter = new LineSplitter(10);
    expect(splitter.push(Buffer.from('0123456789\n'))).toEqual(['0123456789']);
    splitter.push(Buffer.from('01234567'));
    expect(() => splitter.push(Buffer.from('89a'))).toThrow(
      expect.objectContaining({ code: 'LINE_TOO_LONG' }),
    );
  });
});
