import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../src/simulate/base/virtual-clock.ts';
import { Playback } from '../../../src/simulate/run/playback.ts';

/** Resolves once virtual time has reached `ms`, however long that really takes. */
function reached(clock: VirtualClock, ms: number): Promise<void> {
  return clock.sleep(ms - clock.monotonicMs());
}

describe('Pace', () => {
  it('moves virtual time along with real time, at a speed that can change', async () => {
    const clock = new VirtualClock(0);
    const playback = new Playback(clock, 1_000);
    const failures: unknown[] = [];
    playback.start((error) => failures.push(error));
    playback.start((error) => failures.push(error));
    await reached(clock, 100);
    playback.setSpeed(5_000);
    await reached(clock, 400);
    playback.stop();
    expect(playback.speed).toBe(5_000);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(400);
    expect(failures).toEqual([]);
  });

  it('knows whether it is paused, and goes on after that', async () => {
    const clock = new VirtualClock(0);
    const playback = new Playback(clock, 1_000);
    playback.pause();
    expect(playback.isPaused).toBe(true);
    playback.start(() => undefined);
    playback.resume();
    await reached(clock, 50);
    playback.stop();
    expect(playback.isPaused).toBe(false);
  });

  it('stops and tells when an event of the world throws', async () => {
    const clock = new VirtualClock(0);
    const playback = new Playback(clock, 1_000);
    clock.after(1, () => {
      throw new Error('the world broke');
    });
    const error = await new Promise((resolve) => playback.start(resolve));
    expect(String(error)).toContain('the world broke');
  });

  it('refuses a speed that is no speed', () => {
    const playback = new Playback(new VirtualClock(0), 60);
    expect(() => playback.setSpeed(0)).toThrow(RangeError);
    expect(() => playback.setSpeed(Number.NaN)).toThrow(RangeError);
  });
});
