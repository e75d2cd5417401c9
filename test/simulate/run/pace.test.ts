import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../src/simulate/base/virtual-clock.ts';
import { Pace } from '../../../src/simulate/run/pace.ts';

/** Resolves once virtual time has reached `ms`, however long that really takes. */
function reached(clock: VirtualClock, ms: number): Promise<void> {
  return clock.sleep(ms - clock.monotonicMs());
}

describe('Pace', () => {
  it('moves virtual time along with real time, at a speed that can change', async () => {
    const clock = new VirtualClock(0);
    const pace = new Pace(clock, 1_000);
    const failures: unknown[] = [];
    pace.start((error) => failures.push(error));
    pace.start((error) => failures.push(error));
    await reached(clock, 100);
    pace.setSpeed(5_000);
    await reached(clock, 400);
    pace.stop();
    expect(pace.speed).toBe(5_000);
    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(400);
    expect(failures).toEqual([]);
  });

  it('knows whether it is paused, and goes on after that', async () => {
    const clock = new VirtualClock(0);
    const pace = new Pace(clock, 1_000);
    pace.pause();
    expect(pace.isPaused).toBe(true);
    pace.start(() => undefined);
    pace.resume();
    await reached(clock, 50);
    pace.stop();
    expect(pace.isPaused).toBe(false);
  });

  it('stops and tells when an event of the world throws', async () => {
    const clock = new VirtualClock(0);
    const pace = new Pace(clock, 1_000);
    clock.after(1, () => {
      throw new Error('the world broke');
    });
    const error = await new Promise((resolve) => pace.start(resolve));
    expect(String(error)).toContain('the world broke');
  });

  it('refuses a speed that is no speed', () => {
    const pace = new Pace(new VirtualClock(0), 60);
    expect(() => pace.setSpeed(0)).toThrow(RangeError);
    expect(() => pace.setSpeed(Number.NaN)).toThrow(RangeError);
  });
});
