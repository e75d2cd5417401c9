import { describe, expect, it } from '@jest/globals';
import { RepeatedReading } from '../../../src/adapters/ledger/repeated-reading.ts';
import { PortError } from '../../../src/ports.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';

const signal = new AbortController().signal;

/** A store that counts how often it is read, and is away while a test says so. */
function aStore() {
  const clock = new SteppedClock();
  const store = { reads: 0, isAway: false };
  const reading = new RepeatedReading(clock, async () => {
    store.reads += 1;
    if (store.isAway) throw new PortError('away', { retry: 'transient', code: 'away' });
  });
  /** A call each second, as rounds come. */
  const passSeconds = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await clock.advance(1_000);
      await reading.done(signal);
    }
  };
  return { store, reading, passSeconds };
}

describe('RepeatedReading', () => {
  it('waits for the first reading, and tries again after one that failed', async () => {
    const { store, reading } = aStore();
    store.isAway = true;
    await expect(reading.done(signal)).rejects.toThrow('away');
    store.isAway = false;
    await reading.done(signal);
    await reading.done(signal);
    expect(store.reads).toBe(2);
  });

  it('reads again 5 s after that, and then ever more seldom, down to once a minute', async () => {
    const { store, reading, passSeconds } = aStore();
    await reading.done(signal);
    const readsAt: number[] = [];
    for (let second = 1; second <= 240; second += 1) {
      const before = store.reads;
      await passSeconds(1);
      if (store.reads > before) readsAt.push(second);
    }
    expect(readsAt).toEqual([5, 15, 35, 75, 135, 195]);
  });

  it('reads again at once when what became of a write is in doubt', async () => {
    const { store, reading } = aStore();
    await reading.done(signal);
    reading.isUncertain();
    await reading.done(signal);
    expect(store.reads).toBe(2);
  });

  it('goes on with what is known while the store is away', async () => {
    const { store, reading, passSeconds } = aStore();
    await reading.done(signal);
    store.isAway = true;
    await passSeconds(40);
    expect(store.reads).toBe(4);
  });
});
