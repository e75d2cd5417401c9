import { describe, expect, it } from '@jest/globals';
import { RoundTimer } from '../../src/loop/round-timer.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const INTERVAL_MS = 15_000;

function aTimer() {
  const clock = new ManualClock();
  const stop = new AbortController();
  const intervals: number[] = [];
  const timer = new RoundTimer(clock, () => {
    intervals.push(clock.monotonicMs());
    timer.wake();
  });
  const rounds: number[] = [];
  void (async () => {
    for (;;) {
      await timer.due(stop.signal);
      rounds.push(clock.monotonicMs());
    }
  })();
  const pass = async (ms: number) => {
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { clock, stop, timer, intervals, rounds, pass };
}

describe('RoundTimer', () => {
  it('makes one round of wakes that come before it begins', async () => {
    const { timer, rounds, pass } = aTimer();
    timer.wake();
    timer.wake();
    await pass(0);
    expect(rounds).toEqual([0]);
  });

  it('makes one round of changes that come together', async () => {
    const { timer, rounds, pass } = aTimer();
    timer.wakeSoon();
    await pass(30);
    timer.wakeSoon();
    expect(rounds).toEqual([]);
    await pass(20);
    await pass(100);
    expect(rounds).toEqual([50]);
  });

  it('tells of the end of an interval, and of no other time', async () => {
    const { timer, intervals, rounds, pass } = aTimer();
    expect(timer.intervalEndMs(INTERVAL_MS)).toBe(INTERVAL_MS);
    timer.setNext(5_000);
    await pass(5_000);
    expect({ rounds, intervals }).toEqual({ rounds: [5_000], intervals: [] });
    timer.setNext(timer.intervalEndMs(INTERVAL_MS));
    await pass(10_000);
    expect({ rounds, intervals }).toEqual({ rounds: [5_000, 15_000], intervals: [15_000] });
    expect(timer.intervalEndMs(INTERVAL_MS)).toBe(2 * INTERVAL_MS);
  });

  it('holds wakes back after a failure, longer with each in a row, until one succeeds', async () => {
    const { timer, rounds, pass } = aTimer();
    expect([timer.onFailure(), timer.onFailure()]).toEqual([1_000, 2_000]);
    timer.wake();
    await pass(1_999);
    expect(rounds).toEqual([]);
    await pass(1);
    expect(rounds).toEqual([2_000]);
    timer.onSuccess();
    expect(timer.onFailure()).toBe(1_000);
  });

  it('is due at a wake once the signal has aborted, whatever has failed', async () => {
    const { stop, timer, rounds, pass } = aTimer();
    timer.onFailure();
    stop.abort();
    timer.wake();
    await pass(0);
    expect(rounds).toEqual([0]);
  });

  it('leaves no timer behind when it stops', () => {
    const { clock, timer } = aTimer();
    timer.setNext(10_000);
    timer.wakeSoon();
    timer.stop();
    expect(clock.sleepsMs()).toEqual([]);
  });
});
