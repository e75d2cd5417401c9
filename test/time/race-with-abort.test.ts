import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { raceWithAbort } from '../../src/time/race-with-abort.ts';

function never(): Promise<string> {
  return new Promise(() => {});
}

describe('raceWithAbort', () => {
  it('gives the answer while the signal does not abort', async () => {
    const { signal } = new AbortController();
    expect(await raceWithAbort(Promise.resolve('answer'), signal, () => 'aborted')).toBe('answer');
  });

  it('gives what is said of the abort as soon as the signal aborts', async () => {
    const stop = new AbortController();
    const race = raceWithAbort(never(), stop.signal, () => 'aborted');
    stop.abort();
    expect(await race).toBe('aborted');
  });

  it('throws what is thrown of the abort, also of one that came before', async () => {
    const race = raceWithAbort(never(), AbortSignal.abort(), () => {
      throw new Error('too late');
    });
    await expect(race).rejects.toThrow('too late');
  });

  it('prefers an answer that is there already', async () => {
    expect(await raceWithAbort(Promise.resolve('answer'), AbortSignal.abort(), () => 'aborted')).toBe(
      'answer',
    );
  });

  it('comes before an answer that the abort itself brings about', async () => {
    const stop = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    stop.signal.addEventListener('abort', () => resolve());
    const race = raceWithAbort(
      promise.then(() => 'answer'),
      stop.signal,
      () => 'aborted',
    );
    stop.abort();
    expect(await race).toBe('aborted');
  });

  it('leaves no listener on the signal, whatever came first', async () => {
    const stop = new AbortController();
    await raceWithAbort(Promise.resolve('answer'), stop.signal, () => 'aborted');
    await raceWithAbort(Promise.reject(new Error('broken')), stop.signal, () => 'aborted').catch(() => {});
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  });

  it('lets an answer fail in silence that comes after the abort', async () => {
    const answer = Promise.withResolvers<string>();
    expect(await raceWithAbort(answer.promise, AbortSignal.abort(), () => 'aborted')).toBe('aborted');
    answer.reject(new Error('nobody waits for it'));
    await expect(answer.promise).rejects.toThrow('nobody waits for it');
  });
});
