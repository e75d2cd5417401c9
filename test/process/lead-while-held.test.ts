import { describe, expect, it } from '@jest/globals';
import { LeaseLeadership } from '../../src/adapters/lease/lease-leadership.ts';
import type { LeaseRecord, LeaseStore, StoredLease } from '../../src/adapters/lease/lease-store.ts';
import { leadWhileHeld } from '../../src/process/lead-while-held.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';

/** A lease that anyone may overwrite. */
class OpenLease implements LeaseStore {
  lease: StoredLease | undefined;

  async read(): Promise<StoredLease | undefined> {
    return this.lease;
  }

  async write(record: LeaseRecord): Promise<StoredLease> {
    this.lease = { record, version: String(Number(this.lease?.version ?? 0) + 1) };
    return this.lease;
  }

  async take(holderIdentity: string): Promise<void> {
    const record = { holderIdentity, leaseDurationSeconds: 12, acquireTimeMs: 0, renewTimeMs: 0 };
    await this.write({ ...record, leaseTransitions: 0 });
  }
}

function setUp() {
  const [store, clock, stop] = [new OpenLease(), new SteppedClock(), new AbortController()];
  const leadership = new LeaseLeadership({ store, clock, identity: 'us', random: () => 0 });
  return { store, clock, stop, leadership };
}

/** Work that goes on until it is told to stop, and then needs two more seconds for its step. */
function workOn(clock: SteppedClock, log: string[]) {
  return async (held: AbortSignal): Promise<void> => {
    log.push('begins');
    await clock.sleep(3_600_000, held);
    await clock.sleep(2_000);
    log.push('ends');
  };
}

describe('leadWhileHeld', () => {
  it('lets the work finish its step before it gives the lease back', async () => {
    const { store, clock, stop, leadership } = setUp();
    const log: string[] = [];
    const end = leadWhileHeld(leadership, stop.signal, workOn(clock, log));
    await clock.advance(5_000);
    stop.abort();
    await clock.advance(1_000);
    expect([log, store.lease?.record.holderIdentity]).toEqual([['begins'], 'us']);
    await clock.advance(2_000);
    expect(await end).toBe('stopped');
    expect([log, store.lease?.record.holderIdentity]).toEqual([['begins', 'ends'], '']);
  });

  it('stops the work when another replica holds the lease', async () => {
    const { store, clock, stop, leadership } = setUp();
    const log: string[] = [];
    const end = leadWhileHeld(leadership, stop.signal, workOn(clock, log));
    await clock.advance(0);
    await store.take('another');
    await clock.advance(6_000);
    expect(await end).toBe('lost');
    expect([log, store.lease?.record.holderIdentity]).toEqual([['begins', 'ends'], 'another']);
  });

  it('ends without having worked when it is stopped as a standby', async () => {
    const { store, clock, stop, leadership } = setUp();
    const log: string[] = [];
    await store.take('another');
    const end = leadWhileHeld(leadership, stop.signal, workOn(clock, log));
    await clock.advance(5_000);
    stop.abort();
    expect(await end).toBe('stopped');
    expect([log, store.lease?.record.holderIdentity]).toEqual([[], 'another']);
  });

  it('gives the lease back when the work breaks', async () => {
    const { store, stop, leadership } = setUp();
    const end = leadWhileHeld(leadership, stop.signal, () => Promise.reject(new Error('a bug')));
    await expect(end).rejects.toThrow('a bug');
    expect(store.lease?.record.holderIdentity).toBe('');
  });
});
