import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KubeTransport } from '../../../../src/adapters/kubernetes/client/kube-transport.ts';
import type { KubeResource, RawObject } from '../../../../src/adapters/kubernetes/watch/kube-resource.ts';
import { Reflector, type ReflectorOptions } from '../../../../src/adapters/kubernetes/watch/reflector.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import {
  type FakeAnswer,
  FakeApiServer,
  type FakeRequest,
  type FakeWatch,
  refusal,
} from '../fake-api-server.ts';
import { until } from '../until.ts';

interface Widget {
  readonly color: string;
}

const widgets: KubeResource<Widget> = {
  name: 'widgets',
  path: '/api/v1/widgets',
  project: (raw) => ({ color: (raw as RawObject & { color: string }).color }),
};

function aWidget(name: string, parts: { color?: string; uid?: string; rv?: string } = {}) {
  return {
    metadata: {
      name,
      uid: parts.uid ?? `uid-${name}`,
      resourceVersion: parts.rv ?? '5',
      managedFields: ['bulk'],
    },
    color: parts.color ?? 'red',
  };
}

function aList(items: readonly unknown[], parts: { rv?: string; next?: string } = {}): FakeAnswer {
  return { body: { metadata: { resourceVersion: parts.rv ?? '10', continue: parts.next }, items } };
}

describe('Reflector', () => {
  let server: FakeApiServer;
  let clock: ManualClock;
  let transport: KubeTransport;
  let reflector: Reflector<Widget>;
  let stop: AbortController;
  let running: Promise<void>;
  let token: string;
  let changes: string[];

  beforeEach(async () => {
    server = await FakeApiServer.start();
    server.answer = () => aList([aWidget('a'), aWidget('b')]);
    clock = new ManualClock();
    token = 'old';
    stop = new AbortController();
    changes = [];
  });

  afterEach(async () => {
    stop.abort();
    await running;
    transport.close();
    await server.close();
  });

  function start(options: Partial<ReflectorOptions> = {}): void {
    const headers = () => ({ authorization: `Bearer ${token}` });
    const credentials = { server: server.url, read: async () => ({ headers: headers(), tls: {} }) };
    transport = new KubeTransport(credentials, clock);
    reflector = new Reflector(widgets, { transport, clock, random: () => 0, ...options });
    reflector.store.onChange((kind, key) => changes.push(`${kind} ${key}`));
    running = reflector.run(stop.signal);
  }

  async function watchNumber(n: number): Promise<FakeWatch> {
    await until(() => server.watches.length >= n);
    return server.watches[n - 1]!;
  }

  /** Waits for the reflector to back off, and says for how long it means to. */
  async function backedOff(): Promise<number> {
    await until(() => clock.sleepsMs().some((ms) => ms <= 60_000));
    return clock.sleepsMs().find((ms) => ms <= 60_000)!;
  }

  it('lists in pages of 500 and shows the store when the last page is in', async () => {
    server.answer = ({ query }) =>
      query.get('continue') === 'p2'
        ? aList([aWidget('b')], { rv: '12' })
        : aList([aWidget('a')], { rv: '12', next: 'p2' });
    start();
    const watch = await watchNumber(1);
    expect(server.calls.map(({ query }) => query.get('limit'))).toEqual(['500', '500']);
    expect([...reflector.store.keys()]).toEqual(['a', 'b']);
    expect(watch.query.get('resourceVersion')).toBe('12');
  });

  it('starts the list over once, without a token, when the token has expired', async () => {
    let expired = 0;
    server.answer = ({ query }) => {
      if (query.get('continue') === null)
        return expired === 0 ? aList([aWidget('x')], { next: 'p2' }) : aList([aWidget('b')]);
      expired += 1;
      return refusal(410, 'Expired');
    };
    start();
    await watchNumber(1);
    expect([...reflector.store.keys()]).toEqual(['b']);
    expect(reflector.stats().failures).toBe(0);
  });

  it('backs off when the token expires a second time', async () => {
    server.answer = ({ query }) =>
      query.get('continue') === null ? aList([], { next: 'p2' }) : refusal(410, 'Expired');
    start();
    expect(await backedOff()).toBe(800);
    expect(server.calls).toHaveLength(4);
  });

  it('keeps the projection alone of what it is sent', async () => {
    start();
    await reflector.synced(stop.signal);
    expect(reflector.store.get('a')).toEqual({ color: 'red' });
    expect([...reflector.store.values()]).toHaveLength(2);
  });

  it('watches with bookmarks and a random timeout between 290 and 580 seconds', async () => {
    start({ random: () => 0.999_999 });
    const watch = await watchNumber(1);
    expect(Object.fromEntries(watch.query)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '580',
      resourceVersion: '10',
    });
  });

  it('goes on from the last event or bookmark after the stream ends', async () => {
    start();
    const first = await watchNumber(1);
    first.send('MODIFIED', aWidget('a', { color: 'blue', rv: '20' }));
    first.send('BOOKMARK', { metadata: { resourceVersion: '30' } });
    first.end();
    expect(await backedOff()).toBe(800);
    clock.advance(800);
    const second = await watchNumber(2);
    expect(second.query.get('resourceVersion')).toBe('30');
    expect(reflector.store.get('a')).toEqual({ color: 'blue' });
    expect(reflector.stats()).toMatchObject({
      reconnects: 1,
      failures: 0,
      relists: { start: 1, expired: 0 },
    });
  });

  it('doubles the wait with every reset connection up to 10 seconds, and starts anew after 10 healthy ones', async () => {
    start();
    const waits: number[] = [];
    for (let n = 1; n <= 7; n += 1) {
      (await watchNumber(n)).reset();
      waits.push(await backedOff());
      clock.advance(10_000);
    }
    expect(waits).toEqual([800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
    const healthy = await watchNumber(8);
    clock.advance(10_000);
    healthy.reset();
    expect(await backedOff()).toBe(800);
  });

  it('waits as long as the server asks for', async () => {
    server.answer = () => refusal(429, 'TooManyRequests', { headers: { 'retry-after': '7' } });
    start();
    expect(await backedOff()).toBe(7000);
  });

  it('lists again when its version is too old, keeps the old store meanwhile, and tells the differences', async () => {
    start();
    const watch = await watchNumber(1);
    changes.length = 0;
    server.answer = () => aList([aWidget('a', { color: 'green' }), aWidget('c')], { rv: '50' });
    watch.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    await backedOff();
    expect([...reflector.store.keys()]).toEqual(['a', 'b']);
    clock.advance(800);
    expect((await watchNumber(2)).query.get('resourceVersion')).toBe('50');
    expect(changes).toEqual(['deleted b', 'updated a', 'added c']);
  });

  it('lists again when the server refuses to watch from its version', async () => {
    start();
    const watch = await watchNumber(1);
    server.answer = () => aList([], { rv: '50' });
    server.refuseWatch = ({ query }) =>
      query.get('resourceVersion') === '10' ? refusal(410, 'Gone') : undefined;
    watch.end();
    expect(await backedOff()).toBe(800);
    clock.advance(800);
    await until(() => clock.sleepsMs().includes(1600));
    clock.advance(1600);
    await watchNumber(2);
    expect(reflector.stats().relists).toEqual({ start: 1, expired: 1, malformed: 0 });
    expect(reflector.store.size).toBe(0);
  });

  it('lists soon after a restart of the server, although that was away, refused and forgot its version before', async () => {
    start();
    const watch = await watchNumber(1);
    clock.advance(60_000);
    server.refuseWatch = () => refusal(403, 'Forbidden');
    watch.reset();
    for (const waitMs of [800, 1600, 3200]) {
      await until(() => clock.sleepsMs().includes(waitMs));
      clock.advance(waitMs);
    }
    await until(() => clock.sleepsMs().includes(6400));
    server.refuseWatch = ({ query }) =>
      query.get('resourceVersion') === '10' ? refusal(410, 'Gone') : undefined;
    server.answer = () => aList([], { rv: '50' });
    clock.advance(6400);
    await until(() => clock.sleepsMs().includes(800));
    clock.advance(800);
    expect((await watchNumber(2)).query.get('resourceVersion')).toBe('50');
  });

  it('takes the same name with a new uid for a deletion and an addition', async () => {
    start();
    const watch = await watchNumber(1);
    changes.length = 0;
    watch.send('ADDED', aWidget('a', { uid: 'other' }));
    await until(() => changes.length === 2);
    expect(changes).toEqual(['deleted a', 'added a']);
  });

  it('gives up a connection that was silent for three minutes', async () => {
    start();
    const watch = await watchNumber(1);
    clock.advance(179_000);
    watch.send('BOOKMARK', { metadata: { resourceVersion: '11' } });
    await until(() => reflector.stats().lastEventAgeMs === 0);
    clock.advance(1000);
    await until(() => clock.sleepsMs().includes(179_000));
    clock.advance(179_000);
    await until(() => watch.isClosed);
    await backedOff();
    clock.advance(800);
    expect((await watchNumber(2)).query.get('resourceVersion')).toBe('11');
  });

  it('tells listeners every change in order, by key, after the store has it', async () => {
    start();
    const watch = await watchNumber(1);
    const seen: unknown[] = [];
    reflector.store.onChange((kind, key) => seen.push([kind, key, reflector.store.get(key)?.color]));
    watch.send('ADDED', aWidget('c', { color: 'white' }));
    watch.send('MODIFIED', aWidget('c', { color: 'black' }));
    watch.send('MODIFIED', aWidget('c', { color: 'black', rv: '9' }));
    watch.send('DELETED', aWidget('c'));
    watch.send('DELETED', aWidget('never-seen'));
    await until(() => seen.length === 3);
    expect(seen).toEqual([
      ['added', 'c', 'white'],
      ['updated', 'c', 'black'],
      ['deleted', 'c', undefined],
    ]);
  });

  it('reads characters that are cut between two chunks', async () => {
    start();
    const watch = await watchNumber(1);
    const bytes = Buffer.from(
      `${JSON.stringify({ type: 'ADDED', object: aWidget('c', { color: 'grün' }) })}\n`,
    );
    const cut = bytes.indexOf(0xc3) + 1;
    watch.sendRaw(bytes.subarray(0, cut));
    clock.advance(1);
    watch.sendRaw(bytes.subarray(cut));
    await until(() => reflector.store.get('c') !== undefined);
    expect(reflector.store.get('c')).toEqual({ color: 'grün' });
  });

  it('lists again after an event that it cannot read', async () => {
    start();
    (await watchNumber(1)).sendRaw('{"type":"ADDED"\n');
    await backedOff();
    clock.advance(800);
    await watchNumber(2);
    expect(reflector.stats().relists).toEqual({ start: 1, expired: 0, malformed: 1 });
  });

  it('reads its token again, once, when the server no longer takes it', async () => {
    const check = ({ headers }: FakeRequest) =>
      headers.authorization === 'Bearer new' ? undefined : refusal(401, 'Unauthorized');
    server.answer = (request) => check(request) ?? aList([aWidget('a')]);
    server.refuseWatch = check;
    start();
    token = 'new';
    await watchNumber(1);
    expect(reflector.stats().failures).toBe(0);
  });

  it('is synced only once the list is complete', async () => {
    server.answer = () => 'hang';
    start();
    const waiting = new AbortController();
    const synced = reflector.synced(waiting.signal);
    await until(() => server.calls.length === 1);
    waiting.abort();
    await expect(synced).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(reflector.synced(AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('counts what it does', async () => {
    start();
    const watch = await watchNumber(1);
    watch.send('ADDED', aWidget('c'));
    await until(() => reflector.store.size === 3);
    watch.reset();
    await backedOff();
    clock.advance(500);
    const stats = reflector.stats();
    expect(stats).toMatchObject({
      relists: { start: 1 },
      reconnects: 1,
      failures: 1,
      size: 3,
      lastEventAgeMs: 500,
    });
  });

  it('is stale when it heard nothing for more than five minutes', async () => {
    server.answer = () => refusal(500, 'InternalError');
    start();
    await backedOff();
    clock.advance(300_000);
    expect(reflector.isStale()).toBe(false);
    clock.advance(1);
    expect(reflector.isStale()).toBe(true);
  });

  it.each(['a list', 'a watch', 'a wait'])(
    'leaves nothing open when it is stopped during %s',
    async (during) => {
      if (during === 'a list') server.answer = () => 'hang';
      if (during === 'a wait') server.answer = () => 'reset';
      start();
      if (during === 'a watch') await watchNumber(1);
      else if (during === 'a wait') await backedOff();
      else await until(() => server.calls.length === 1);
      stop.abort();
      await running;
      transport.close();
      await until(() => server.openConnections === 0);
      expect(clock.sleepsMs()).toEqual([]);
    },
  );
});
