import { Agent, type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DemoAppServing, serveDemoApp } from '../../src/demo-app/serve-demo-app.ts';
import { CountedProcessor } from '../fakes/counted-processor.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const DRAIN_MS = 5_000;
const FINISH_LIMIT_MS = 30_000;

/** A processor that stands still until it is let go, so a request stays open as long as a test wants. */
class HeldProcessor extends CountedProcessor {
  letGo: () => void = () => undefined;
  isHeld = false;
  readonly #held = new Promise<void>((resolve) => {
    this.letGo = resolve;
  });

  override async nextTurn(): Promise<void> {
    this.isHeld = true;
    await this.#held;
    await super.nextTurn();
  }
}

let clock: ManualClock;
let processor: HeldProcessor;
let serving: DemoAppServing;

beforeEach(async () => {
  clock = new ManualClock();
  processor = new HeldProcessor();
  serving = await serveDemoApp(
    {
      port: 0,
      host: '127.0.0.1',
      service: 'shop',
      pod: 'shop-1',
      errorRate: 0,
      drainSeconds: DRAIN_MS / 1000,
      queueItemCpuMs: 50,
    },
    { clock, processor, random: () => 0.5 },
  );
});

afterEach(() => processor.letGo());

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
}

/** One GET; without an agent, on a connection of its own that the client would keep. */
function get(path: string, agent = new Agent({ keepAlive: true, maxSockets: 1 })): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: serving.port, path, agent },
      (response: IncomingMessage) => {
        response.resume();
        response.once('end', () =>
          resolve({ status: response.statusCode, connection: response.headers.connection }),
        );
      },
    );
    asked.once('error', reject);
    asked.end();
  });
}

/** A request that stays open until the processor is let go. */
async function openRequest(): Promise<{ readonly answer: Promise<Answer> }> {
  const answer = get('/api/heavy');
  while (!processor.isHeld) await get('/health');
  return { answer };
}

/** Lets the time for draining pass; requests that come now are refused. */
async function endOfDrain(): Promise<void> {
  clock.advance(DRAIN_MS);
  while (!clock.sleepsMs().includes(FINISH_LIMIT_MS)) await Promise.resolve();
}

describe('a stop of the demo app', () => {
  it('turns readiness off at once, while everything is still served', async () => {
    const stopped = serving.stop();
    expect((await get('/ready')).status).toBe(503);
    expect((await get('/health')).status).toBe(200);
    expect((await get('/api/data')).status).toBe(200);
    clock.advance(DRAIN_MS);
    expect(await stopped).toEqual({ cutRequests: 0, droppedItems: 0 });
  });

  it('closes each connection behind its answer, so that clients come back elsewhere', async () => {
    expect(await get('/api/data')).toEqual({ status: 200, connection: 'keep-alive' });
    const { answer } = await openRequest();
    const stopped = serving.stop();
    expect(await get('/api/data')).toEqual({ status: 200, connection: 'close' });
    processor.letGo();
    expect(await answer).toEqual({ status: 200, connection: 'close' });
    clock.advance(DRAIN_MS);
    await stopped;
  });

  it('refuses connections after draining and answers what is open', async () => {
    const { answer } = await openRequest();
    const stopped = serving.stop();
    await endOfDrain();
    await expect(get('/api/data')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    processor.letGo();
    expect((await answer).status).toBe(200);
    expect(await stopped).toEqual({ cutRequests: 0, droppedItems: 0 });
  });

  it('waits for no idle connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await get('/api/data', agent);
    const stopped = serving.stop();
    clock.advance(DRAIN_MS);
    expect(await stopped).toEqual({ cutRequests: 0, droppedItems: 0 });
  });

  it('cuts off what is open past the limit, and says how much that was', async () => {
    const { answer } = await openRequest();
    const end = answer.then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    );
    const stopped = serving.stop();
    await endOfDrain();
    clock.advance(FINISH_LIMIT_MS);
    expect(await stopped).toEqual({ cutRequests: 1, droppedItems: 0 });
    expect(await end).toBe('ECONNRESET');
  });

  it('says how many items of its queue end with it', async () => {
    const body = JSON.stringify({ count: 3 });
    const url = `http://127.0.0.1:${serving.port}/api/queue/add`;
    await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
    const stopped = serving.stop();
    clock.advance(DRAIN_MS);
    expect(await stopped).toEqual({ cutRequests: 0, droppedItems: 3 });
  });
});
