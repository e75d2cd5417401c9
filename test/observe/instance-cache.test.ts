import { describe, expect, it } from '@jest/globals';
import type { Instance } from '../../src/model/instance.ts';
import type { Interruption } from '../../src/model/interruption.ts';
import { InstanceCache } from '../../src/observe/instance-cache.ts';
import { PortError } from '../../src/ports.ts';
import { aNode, anInstance } from '../builders/fleet.ts';
import { RecordingCluster } from '../fakes/recording-cluster.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

const never = new AbortController().signal;

interface Call {
  readonly signal: AbortSignal;
  readonly answer: (...ids: readonly string[]) => void;
  readonly fail: (error: Error) => void;
}

/** A cache before an EC2 that answers each call when the test says so. */
function aCache(announced: readonly Interruption[] = []) {
  const clock = new SteppedClock();
  const cluster = new RecordingCluster([]);
  const calls: Call[] = [];
  const instances = (signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Instance[]>();
    const answer = (...ids: readonly string[]) => resolve(ids.map((id) => anInstance({ id })));
    calls.push({ signal, answer, fail: reject });
    return promise;
  };
  const cache = new InstanceCache({ cloud: { instances }, cluster, clock }, () => announced);
  const list = async (maxAgeMs: number, signal = never) => {
    const { instances: listed } = await cache.list({ maxAgeMs, signal });
    return listed.map(({ id }) => id);
  };
  const call = (at: number): Call => {
    const found = calls[at];
    if (found === undefined) throw new Error(`call ${at} was not made`);
    return found;
  };
  return { clock, cluster, cache, calls, call, list };
}

describe('InstanceCache', () => {
  it('asks EC2 only when the last answer is older than the asker accepts', async () => {
    const { clock, call, calls, list } = aCache();
    const first = list(0);
    call(0).answer('i-1');
    expect(await first).toEqual(['i-1']);
    await clock.advance(1_000);
    expect(await list(1_000)).toEqual(['i-1']);
    const second = list(999);
    call(1).answer('i-2');
    expect(await second).toEqual(['i-2']);
    expect(calls).toHaveLength(2);
  });

  it('shares a question under way with those who accept its age, and asks anew for the others', async () => {
    const { clock, call, calls, list } = aCache();
    const first = list(0);
    await clock.advance(500);
    const sharing = list(500);
    const later = list(499);
    expect(calls).toHaveLength(2);
    call(0).answer('i-1');
    expect([await first, await sharing]).toEqual([['i-1'], ['i-1']]);
    call(1).answer('i-2');
    expect(await later).toEqual(['i-2']);
  });

  it('keeps the answer to the later of two questions, whichever comes first', async () => {
    const { clock, call, cache, list } = aCache();
    const earlier = list(0);
    await clock.advance(100);
    const later = list(0);
    call(1).answer('i-2');
    expect(await later).toEqual(['i-2']);
    call(0).answer('i-1');
    expect(await earlier).toEqual(['i-2']);
    expect(cache.latest()?.instances).toMatchObject([{ id: 'i-2' }]);
  });

  it('lets one asker leave without taking the answer from another', async () => {
    const { call, list } = aCache();
    const leaving = new AbortController();
    const left = list(0, leaving.signal);
    const stayed = list(0);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ retry: 'transient', code: 'AbortError' });
    call(0).answer('i-1');
    expect(await stayed).toEqual(['i-1']);
  });

  it('gives a question up once all who asked have left, and leaves no timer', async () => {
    const { clock, call, calls, list } = aCache();
    const leaving = new AbortController();
    const left = list(0, leaving.signal);
    leaving.abort();
    await expect(left).rejects.toThrow(PortError);
    expect(call(0).signal.aborted).toBe(true);
    await clock.advance(0);
    expect(clock.sleepers()).toBe(0);
    const next = list(1_000);
    expect(calls).toHaveLength(2);
    call(1).answer('i-1');
    expect(await next).toEqual(['i-1']);
  });

  it('throws what EC2 refuses with, keeps the last list, and asks again the next time', async () => {
    const { clock, call, cache, list } = aCache();
    const first = list(0);
    call(0).answer('i-1');
    await first;
    await clock.advance(1_000);
    const second = list(0);
    call(1).fail(new PortError('denied', { retry: 'authorization', code: 'UnauthorizedOperation' }));
    await expect(second).rejects.toMatchObject({ code: 'UnauthorizedOperation' });
    expect(cache.latest()?.instances).toHaveLength(1);
    const third = list(0);
    call(2).answer('i-1', 'i-2');
    expect(await third).toHaveLength(2);
  });

  it('gives up on an answer that does not come', async () => {
    const { clock, list } = aCache();
    const answer = list(0).catch((error: unknown) => error);
    await clock.advance(10_000);
    expect(await answer).toMatchObject({ retry: 'transient', code: 'deadline' });
  });

  it('doubts a list that lacks the machines of most ready nodes, for all who ask (F43)', async () => {
    const { call, cache, cluster, list } = aCache();
    cluster.nodes = ['i-1', 'i-2', 'i-3'].map((name) => aNode({ name }));
    const asked = list(0);
    call(0).answer('i-1');
    await asked;
    expect(cache.latest()?.doubt).toContain('2 of 3 ready nodes');
    cluster.nodes = cluster.nodes.map((node) => ({ ...node, isReady: node.name === 'i-1' }));
    expect(cache.latest()?.doubt).toBeUndefined();
  });

  it('shows a state that was announced after EC2 was asked', async () => {
    const { call, cache, list } = aCache([
      { kind: 'state-change', instanceId: 'i-1', atMs: 0, state: 'shutting-down' },
    ]);
    const asked = list(0);
    call(0).answer('i-1', 'i-2');
    await asked;
    expect(cache.latest()?.instances.map(({ state }) => state)).toEqual(['shutting-down', 'running']);
  });
});
