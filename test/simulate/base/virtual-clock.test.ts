import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../src/simulate/base/virtual-clock.ts';

describe('VirtualClock', () => {
  it('fires timers by time and, at the same time, in the order they were set', async () => {
    const clock = new VirtualClock(1_000);
    const fired: string[] = [];
    clock.after(20, () => fired.push('late'));
    clock.after(10, () => fired.push('first'));
    clock.after(10, () => fired.push('second'));
    await clock.advanceTo(20);
    expect(fired).toEqual(['first', 'second', 'late']);
    expect(clock.now()).toBe(1_020);
  });

  it('lets every promise continuation run before time moves on', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    const walk = async () => {
      for (let i = 0; i < 3; i += 1) {
        await clock.sleep(5);
        for (let hop = 0; hop < 50; hop += 1) await Promise.resolve();
        seen.push(clock.monotonicMs());
      }
    };
    const walking = walk();
    clock.after(7, () => seen.push(-7));
    await clock.advanceTo(100);
    await walking;
    expect(seen).toEqual([5, -7, 10, 15]);
  });

  it('does not fire what was called off, nor what is not due', async () => {
    const clock = new VirtualClock(0);
    const fired: string[] = [];
    const cancel = clock.after(5, () => fired.push('cancelled'));
    clock.after(50, () => fired.push('later'));
    cancel();
    await clock.advanceTo(49);
    expect(fired).toEqual([]);
    expect(clock.monotonicMs()).toBe(49);
  });

  it('wakes a sleeper early, without an error, when its signal aborts', async () => {
    const clock = new VirtualClock(0);
    const abort = new AbortController();
    const sleep = clock.sleep(1_000, abort.signal);
    abort.abort();
    await sleep;
    await clock.sleep(1_000, abort.signal);
    expect(clock.monotonicMs()).toBe(0);
  });

  it('repeats what was asked for at an interval', async () => {
    const clock = new VirtualClock(0);
    const times: number[] = [];
    clock.every(10, () => times.push(clock.monotonicMs()));
    await clock.advanceTo(35);
    expect(times).toEqual([10, 20, 30]);
  });

  it('says so when events follow one another without end and time does not go on', async () => {
    const clock = new VirtualClock(0);
    const again = (): void => {
      clock.after(0, again);
    };
    clock.after(10, again);
    await expect(clock.advanceTo(20)).rejects.toThrow('time stands still 10 ms after the world began');
  });
});
