import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { KubernetesLedger } from '../../../../src/adapters/kubernetes/ledger/kubernetes-ledger.ts';
import { aLaunch } from '../../../builders/fleet.ts';
import { SteppedClock } from '../../../fakes/stepped-clock.ts';
import { describeLedger } from '../../ledger/ledger-contract.ts';
import { type Answer, type RecordedCall, RecordingApiServer, refusal } from '../recording-api-server.ts';
import { until } from '../until.ts';

const signal = new AbortController().signal;
const CLOCK = new SteppedClock();
const COLLECTION = '/apis/smartscale.dev/v1/namespaces/smartscale/scalingoperations';

interface StoredObject {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
}

/** One collection of objects with versions, as the API server keeps it. */
class Collection {
  readonly objects = new Map<string, StoredObject>();
  #version = 0;

  answer({ method, path, body }: RecordedCall): Answer {
    const name = path.slice(COLLECTION.length + 1);
    const sent = body as StoredObject;
    const held = this.objects.get(method === 'POST' ? sent.metadata.name : name);
    if (method === 'GET') return { status: 200, body: { metadata: {}, items: [...this.objects.values()] } };
    if (method === 'POST') return held === undefined ? this.#store(sent) : refusal(409);
    if (held === undefined) return refusal(404);
    if (method === 'DELETE') {
      this.objects.delete(name);
      return { status: 200, body: {} };
    }
    const isCurrent = sent.metadata.resourceVersion === held.metadata.resourceVersion;
    return isCurrent ? this.#store(sent) : refusal(409);
  }

  #store(sent: StoredObject): Answer {
    this.#version += 1;
    const object = { ...sent, metadata: { ...sent.metadata, resourceVersion: String(this.#version) } };
    this.objects.set(sent.metadata.name, object);
    return { status: 200, body: object };
  }
}

const servers: RecordingApiServer[] = [];

async function serve(answer: (call: RecordedCall) => Answer | Promise<Answer>): Promise<RecordingApiServer> {
  const server = await RecordingApiServer.start(answer);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** What the ledger lists once it knows this many operations. */
async function listOf(ledger: KubernetesLedger, count: number) {
  for (;;) {
    const listed = await ledger.list(signal);
    if (listed.length >= count) return listed;
    await nextTurn();
  }
}

describeLedger('KubernetesLedger', async () => {
  const collection = new Collection();
  const server = await serve((call) => collection.answer(call));
  return () => new KubernetesLedger(server.transport, 'smartscale', CLOCK);
});

describe('KubernetesLedger', () => {
  it('lists page by page, then answers from what it wrote itself', async () => {
    const item = (id: string) => ({
      metadata: { name: id, resourceVersion: '1' },
      spec: { fencingToken: 1, operation: aLaunch({ id }) },
    });
    const server = await serve(({ path }) =>
      path.includes('continue=next')
        ? { status: 200, body: { metadata: {}, items: [item('op-2')] } }
        : { status: 200, body: { metadata: { continue: 'next' }, items: [item('op-1')] } },
    );
    const ledger = new KubernetesLedger(server.transport, 'smartscale', CLOCK);
    await ledger.list(signal);
    expect((await ledger.list(signal)).map(({ id }) => id)).toEqual(['op-1', 'op-2']);
    expect(server.calls).toHaveLength(2);
  });

  it('shows what a predecessor wrote late, and keeps what it wrote itself while it listed again', async () => {
    const collection = new Collection();
    const released = Promise.withResolvers<void>();
    let lists = 0;
    const server = await serve(async (call) => {
      const answer = collection.answer(call);
      if (call.method === 'GET') lists += 1;
      if (call.method === 'GET' && lists === 2) await released.promise;
      return answer;
    });
    const clock = new SteppedClock();
    const ledger = new KubernetesLedger(server.transport, 'smartscale', clock);
    await ledger.put(aLaunch({ id: 'own' }), 2, signal);
    await ledger.list(signal);
    const predecessor = new KubernetesLedger(server.transport, 'smartscale', clock);
    await predecessor.put(aLaunch({ id: 'late' }), 1, signal);
    await clock.advance(5_000);
    await ledger.list(signal);
    await until(() => lists === 2);
    await ledger.put(aLaunch({ id: 'own', attempt: 2 }), 2, signal);
    released.resolve();
    const listed = await listOf(ledger, 2);
    expect(listed.find(({ id }) => id === 'late')).toEqual(aLaunch({ id: 'late' }));
    expect(listed.find(({ id }) => id === 'own')).toMatchObject({ attempt: 2 });
  });

  it('lists again after a write of which nobody heard', async () => {
    const collection = new Collection();
    let isLost = false;
    const server = await serve((call) => {
      const answer = collection.answer(call);
      return isLost && call.method === 'POST' ? refusal(504) : answer;
    });
    const ledger = new KubernetesLedger(server.transport, 'smartscale', CLOCK);
    await ledger.list(signal);
    isLost = true;
    await expect(ledger.put(aLaunch({ id: 'unheard' }), 1, signal)).rejects.toMatchObject({
      retry: 'transient',
    });
    expect(await listOf(ledger, 1)).toEqual([aLaunch({ id: 'unheard' })]);
  });

  it('asks again after a list that failed', async () => {
    let isAway = true;
    const server = await serve(() =>
      isAway ? refusal(503) : { status: 200, body: { metadata: {}, items: [] } },
    );
    const ledger = new KubernetesLedger(server.transport, 'smartscale', CLOCK);
    await expect(ledger.list(signal)).rejects.toMatchObject({ retry: 'transient' });
    isAway = false;
    expect(await ledger.list(signal)).toEqual([]);
  });

  it('names the object and the field of an entry that is no operation', async () => {
    const operation = { ...aLaunch(), step: 'flying' };
    const item = { metadata: { name: 'op-1' }, spec: { fencingToken: 1, operation } };
    const server = await serve(() => ({ status: 200, body: { metadata: {}, items: [item] } }));
    const ledger = new KubernetesLedger(server.transport, 'smartscale', CLOCK);
    await expect(ledger.list(signal)).rejects.toThrow(
      /ScalingOperation smartscale\/op-1 is no operation: step/,
    );
  });

  it('throws what the API server refuses for good', async () => {
    const server = await serve(() => refusal(403, { reason: 'Forbidden' }));
    const ledger = new KubernetesLedger(server.transport, 'smartscale', CLOCK);
    await expect(ledger.put(aLaunch(), 1, signal)).rejects.toMatchObject({ retry: 'authorization' });
  });
});
