import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DemoAppServing, serveDemoApp } from '../../src/demo-app/serve-demo-app.ts';
import { CountedProcessor } from '../fakes/counted-processor.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

let serving: DemoAppServing;
let processor: CountedProcessor;
let draw: number;
let clock: ManualClock;

beforeEach(async () => {
  processor = new CountedProcessor();
  clock = new ManualClock();
  draw = 0.5;
  serving = await serveDemoApp(
    {
      port: 0,
      host: '127.0.0.1',
      service: 'shop',
      pod: 'shop-1',
      errorRate: 0.05,
      drainSeconds: 0,
      queueItemCpuMs: 50,
    },
    { clock, processor, random: () => draw },
  );
});

afterEach(async () => {
  const stopped = serving.stop();
  clock.advance(0);
  await stopped;
});

async function ask(method: string, path: string, body?: unknown) {
  const content =
    body === undefined
      ? {}
      : {
          headers: { 'Content-Type': 'application/json' },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        };
  const response = await fetch(`http://127.0.0.1:${serving.port}${path}`, { method, ...content });
  const text = await response.text();
  return { status: response.status, text, json: () => JSON.parse(text) as Record<string, unknown> };
}

async function metric(line: RegExp): Promise<readonly string[]> {
  const { text } = await ask('GET', '/metrics');
  return text.split('\n').filter((candidate) => line.test(candidate));
}

describe('the demo app', () => {
  it('says who it is and what it can be asked', async () => {
    const answer = await ask('GET', '/');
    expect(answer.json()).toMatchObject({ service: 'shop', pod: 'shop-1' });
    expect(answer.text).toContain('POST /api/process');
  });

  it.each(['/health', '/ready', '/api/data'])('answers %s', async (path) => {
    expect(await ask('GET', path)).toMatchObject({ status: 200 });
  });

  it.each([
    ['simple', 10, 50],
    ['normal', 50, 150],
    ['complex', 100, 300],
  ])('burns %s tasks for %d to %d ms of CPU', async (complexity, low, high) => {
    const spent: number[] = [];
    for (draw of [0, 0.9999]) {
      const before = processor.spentMs();
      const answer = await ask('POST', '/api/process', { task_id: 't1', complexity });
      expect(answer.json()).toEqual({ task_id: 't1', complexity, cpu_ms: processor.spentMs() - before });
      spent.push(processor.spentMs() - before);
    }
    expect(spent).toEqual([low, high]);
  });

  it('burns 200 to 500 ms of CPU for what is heavy', async () => {
    draw = 0.9999;
    expect((await ask('GET', '/api/heavy')).json()).toEqual({ cpu_ms: 500 });
    expect(processor.spentMs()).toBe(500);
  });

  it('fails the share of heavy requests that was asked for, after having burnt', async () => {
    draw = 0.0499;
    expect(await ask('GET', '/api/heavy')).toMatchObject({ status: 500 });
    draw = 0.05;
    expect(await ask('GET', '/api/heavy')).toMatchObject({ status: 200 });
    expect(processor.spentMs()).toBe(430);
  });

  it('takes items into its queue, works them off and shows how many wait', async () => {
    expect((await ask('POST', '/api/queue/add', { count: 400 })).json()).toEqual({ added: 400, depth: 400 });
    const [line = ''] = await metric(/^app_queue_depth/);
    const depth = Number(/^app_queue_depth\{queue="tasks"\} (\d+)$/.exec(line)?.[1]);
    expect(depth).toBeGreaterThan(0);
    expect(depth).toBeLessThanOrEqual(400);
    expect((await ask('POST', '/api/queue/clear')).json()).toMatchObject({ depth: 0 });
    expect(await metric(/^app_queue_depth/)).toEqual(['app_queue_depth{queue="tasks"} 0']);
  });

  it('refuses what does not fit into its queue', async () => {
    for (let batch = 0; batch < 10; batch += 1) await ask('POST', '/api/queue/add', { count: 10_000 });
    const answer = await ask('POST', '/api/queue/add', { count: 10_000 });
    expect([answer.status, answer.text]).toEqual([429, expect.stringContaining('at most 100000 items')]);
  });

  it('says that it is overloaded instead of letting clients wait for ever', async () => {
    const burst = Array.from({ length: 520 }, () => ask('GET', '/api/heavy'));
    const statuses = (await Promise.all(burst)).map((answer) => answer.status);
    expect(statuses).toContain(503);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
  });
});

describe('a bad request to the demo app', () => {
  it.each([
    ['/api/process', {}, 'task_id', 'missing'],
    ['/api/process', { task_id: '', complexity: 'simple' }, 'task_id', '""'],
    ['/api/process', { task_id: 't', complexity: 'huge' }, 'complexity', '"huge"'],
    ['/api/process', { task_id: 't', complexity: 'simple', when: 1 }, 'when', '1'],
    ['/api/process', [], 'body', '[]'],
    ['/api/process', '{"task_id": ', 'body', '"{\\"task_id\\": "'],
    ['/api/queue/add', { count: 0 }, 'count', '0'],
    ['/api/queue/add', { count: 10_001 }, 'count', '10001'],
    ['/api/queue/add', { count: 1.5 }, 'count', '1.5'],
    ['/api/queue/add', { count: '7' }, 'count', '"7"'],
  ])('%s %j is told the field %s and its value', async (path, body, field, value) => {
    const answer = await ask('POST', path, body);
    expect(answer.status).toBe(400);
    const told = answer.json();
    expect(told).toMatchObject({ field, value });
    expect(told['error']).toBe(`${field} (${value}) ${String(told['rule'])}: ${String(told['remedy'])}`);
  });

  it('is told how to send a body when it sends none', async () => {
    const answer = await ask('POST', '/api/process');
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ field: 'body', value: 'missing' });
    expect(answer.text).toContain('Content-Type: application/json');
  });

  it('is shown a long value shortened', async () => {
    const answer = await ask('POST', '/api/process', { task_id: 'x'.repeat(5000), complexity: 'simple' });
    expect(answer.text.length).toBeLessThan(600);
  });

  it('is told the endpoints when there is no such one', async () => {
    const answer = await ask('GET', '/api/products');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('GET /api/data');
  });
});

describe("the demo app's metrics", () => {
  it('count requests by the pattern of their route, so strangers add no series', async () => {
    for (const path of ['/wp-login.php', '/.env', '/api/data?page=1', '/api/data?page=2']) {
      await ask('GET', path);
    }
    await ask('POST', '/api/process', '{');
    expect([...(await metric(/^http_requests_total/))].sort()).toEqual([
      'http_requests_total{service="shop",method="GET",endpoint="/api/data",status="200"} 2',
      'http_requests_total{service="shop",method="GET",endpoint="unmatched",status="404"} 2',
      'http_requests_total{service="shop",method="POST",endpoint="/api/process",status="400"} 1',
    ]);
  });

  it('time requests with buckets past the limit of two seconds', async () => {
    await ask('GET', '/api/data');
    const bounds = (await metric(/^http_request_duration_seconds_bucket/)).map((line) =>
      Number(/le="([^"]+)"/.exec(line)?.[1]?.replace('+Inf', 'Infinity')),
    );
    expect(bounds).toContain(2);
    expect(bounds.filter((bound) => bound > 2 && bound <= 10).length).toBeGreaterThan(2);
    expect(await metric(/_count/)).toContain(
      'http_request_duration_seconds_count{service="shop",method="GET",endpoint="/api/data"} 1',
    );
  });

  it('count no probes and scrapes, which would hide what users see', async () => {
    for (const path of ['/health', '/ready', '/metrics']) await ask('GET', path);
    expect(await metric(/^http_requests_total/)).toEqual([]);
  });

  it('show the open connections', async () => {
    const [line = ''] = await metric(/^app_active_connections/);
    expect(Number(/\{service="shop"\} (\d+)$/.exec(line)?.[1])).toBeGreaterThan(0);
  });
});
