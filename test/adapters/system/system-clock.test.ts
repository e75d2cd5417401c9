import { describe, expect, it } from '@jest/globals';
import { SystemClock } from '../../../src/adapters/system/system-clock.ts';

describe('SystemClock', () => {
  it('sleeps until the time is over, and no longer once the signal aborts', async () => {
    const clock = new SystemClock();
    const before = clock.monotonicMs();
    await clock.sleep(2);
    expect(clock.monotonicMs()).toBeGreaterThan(before);
    const stop = new AbortController();
    const sleeping = clock.sleep(3_600_000, stop.signal);
    stop.abort();
    await sleeping;
    await clock.sleep(3_600_000, stop.signal);
    expect(clock.now()).toBeGreaterThan(0);
  });
});
