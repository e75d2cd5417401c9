import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { type PageControls, type PageServing, pageRouter } from '../../../src/report/page/page-router.ts';
import { PageState } from '../../../src/report/page/page-state.ts';

const open: { readonly serving: PageServing; readonly server: Server }[] = [];

afterEach(async () => {
  for (const { serving, server } of open.splice(0)) {
    serving.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(state: PageState, controls?: PageControls): Promise<Server> {
  const serving = pageRouter(state, controls);
  const server = createServer(express().use(serving.router));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ serving, server });
  return server;
}

function recordingControls(): PageControls & { readonly applied: unknown[] } {
  const applied: unknown[] = [];
  return {
    applied,
    describe: () => ({
      speed: 60,
      paused: false,
      loadFactor: 1,
      worldMs: 0,
      costUsd: 0,
      howToEdit: [],
      faults: [],
    }),
    apply(command) {
      applied.push(command);
      return command.command === 'fault'
        ? { done: false, text: 'no spot node runs' }
        : { done: true, text: 'done' };
    },
  };
}

interface StreamEvent {
  readonly event: string;
  readonly data: { readonly seq: number; readonly [part: string]: unknown };
}

/** Reads a stream of events up to the first that is `last`; `afterView` is called once the whole view is there. */
async function eventsUntil(
  server: Server,
  last: (event: StreamEvent) => boolean,
  afterView: () => void = () => undefined,
): Promise<readonly StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of eventsOf(server)) {
    events.push(event);
    if (event.event === 'view') afterView();
    if (last(event)) return events;
  }
  throw new Error(`the stream ended after ${events.length} events`);
}

async function* eventsOf(server: Server): AsyncGenerator<StreamEvent> {
  const { port } = server.address() as AddressInfo;
  const { body } = await fetch(`http://127.0.0.1:${port}/api/events`);
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const frames = `${text}${chunk}`.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const [, event, data = ''] = /^event: (.*)\ndata: (.*)$/.exec(frame) ?? [];
      if (event !== undefined) yield { event, data: JSON.parse(data) as StreamEvent['data'] };
    }
  }
}

describe('the status page over HTTP', () => {
  it('serves the page, its script and style, and uPlot from the package', async () => {
    const server = await serve(new PageState('staging'));
    for (const path of [
      '/',
      '/assets/page.js',
      '/assets/page.css',
      '/assets/uplot/uPlot.esm.js',
      '/assets/uplot/uPlot.min.css',
    ]) {
      const response = await request(server).get(path);
      expect([path, response.status]).toEqual([path, 200]);
    }
  });

  it('names no host but its own in what it serves', async () => {
    const server = await serve(new PageState('staging'));
    for (const path of ['/', '/assets/page.js', '/assets/plot.js', '/assets/page.css']) {
      const { text, body } = await request(server).get(path);
      const hosts = (text ?? String(body)).match(/https?:\/\/[a-z0-9.-]+/g) ?? [];
      expect(hosts.filter((host) => host !== 'http://www.w3.org')).toEqual([]);
    }
  });

  it('answers the whole state as JSON', async () => {
    const response = await request(await serve(new PageState('staging'))).get('/api/state');
    expect(response.body).toMatchObject({
      clusterName: 'staging',
      controls: null,
      history: { points: [], marks: [], most: { points: 2_880, marks: 500 } },
    });
  });

  it('sends the whole first and then what changed, numbered', async () => {
    const state = new PageState('staging');
    state.markFault(1, 'earlier');
    const server = await serve(state);
    const [whole, delta] = await eventsUntil(
      server,
      ({ event }) => event === 'delta',
      () => state.markFault(2, 'later'),
    );
    expect(whole?.data).toMatchObject({
      view: { clusterName: 'staging', controls: null },
      history: { points: [], marks: [{ atMs: 1, kind: 'fault', text: 'earlier' }] },
    });
    const marks = [{ atMs: 2, kind: 'fault', text: 'later' }];
    expect(delta?.data).toEqual({ seq: Number(whole?.data.seq) + 1, view: {}, marks });
  });

  it('tells each browser of a mark once, also one that comes while the others wait for it', async () => {
    const state = new PageState('staging');
    const server = await serve(state);
    let newcomer: Promise<readonly StreamEvent[]> | undefined;
    const isLast = ({ data }: StreamEvent) => JSON.stringify(data).includes('"last"');
    await eventsUntil(server, isLast, () => {
      state.markFault(2, 'later');
      newcomer = eventsUntil(server, isLast, () => state.markFault(3, 'last'));
    });
    const told = JSON.stringify(await newcomer);
    expect(told.split('"later"')).toHaveLength(2);
  });

  it('has no controls outside the demo', async () => {
    const response = await request(await serve(new PageState('staging')))
      .post('/api/controls')
      .send({ command: 'pause', value: true });
    expect(response.status).toBe(404);
  });

  it('carries a control out and answers with what was done', async () => {
    const controls = recordingControls();
    const server = await serve(new PageState('staging'), controls);
    const response = await request(server).post('/api/controls').send({ command: 'load', value: 2 });
    expect([response.status, response.body]).toEqual([200, { done: true, text: 'done' }]);
    expect(controls.applied).toEqual([{ command: 'load', value: 2 }]);
  });

  it('says why a control could not be carried out', async () => {
    const server = await serve(new PageState('staging'), recordingControls());
    const response = await request(server)
      .post('/api/controls')
      .send({ command: 'fault', value: 'interrupt-spot' });
    expect([response.status, response.body]).toEqual([409, { done: false, text: 'no spot node runs' }]);
  });

  it.each([
    [{ command: 'speed', value: 0 }],
    [{ command: 'load', value: 99 }],
    [{ command: 'explode', value: 1 }],
    [{}],
  ])('refuses the control %j and does nothing', async (body) => {
    const controls = recordingControls();
    const response = await request(await serve(new PageState('staging'), controls))
      .post('/api/controls')
      .send(body);
    expect(response.status).toBe(400);
    expect(controls.applied).toEqual([]);
  });
});
