import { describe, expect, it } from '@jest/globals';
import { LEASE_TIMES_MS, LeaseLeadership } from '../../../src/adapters/lease/lease-leadership.ts';
import type { LeaseRecord, LeaseStore, StoredLease } from '../../../src/adapters/lease/lease-store.ts';
import { type Clock, PortError } from '../../../src/ports.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';

/** A lease in memory that answers every call in the same tick, or fails while it is `away`. */
class MemoryLease implements LeaseStore {
  lease: StoredLease | undefined;
  away = false;
  writes = 0;

  async read(): Promise<StoredLease | undefined> {
    this.#answer();
    return this.lease;
  }

  async write(record: LeaseRecord, version: string | undefined): Promise<StoredLease | 'conflict'> {
    this.#answer();
    if (version !== this.lease?.version) return 'conflict';
    this.writes += 1;
    this.lease = { record, version: String(this.writes) };
    return this.lease;
  }

  holder(): string | undefined {
    return this.lease?.record.holderIdentity;
  }

  #answer(): void {
    if (this.away) throw new PortError('away', { retry: 'transient', code: 'ECONNREFUSED' });
  }
}

interface Contender {
  readonly leadership: LeaseLeadership;
  readonly stop: AbortController;
  readonly end: Promise<'lost' | 'released'>;
}

function contend(identity: string, store: LeaseStore, clock: Clock, random = 0): Contender {
  const leadership = new LeaseLeadership({ identity, store, clock, random: () => random });
  const stop = new AbortController();
  return { leadership, stop, end: leadership.contend(stop.signal) };
}

/** A view of the clock that stands still while the process is paused. */
class PausableClock implements Clock {
  readonly #real: SteppedClock;
  paused: Promise<void> | undefined;

  constructor(real: SteppedClock) {
    this.#real = real;
  }

  now = () => this.#real.now();
  monotonicMs = () => this.#real.monotonicMs();
  callAfter = (ms: number, ring: () => void) => this.#real.callAfter(ms, ring);

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#real.sleep(ms, signal);
    await this.paused;
  }
}

describe('LeaseLeadership', () => {
  it('counts on when somebody deletes the lease, so that the ledger does not take the next leader for an earlier one', async () => {
    const clock = new SteppedClock();
    const store = new MemoryLease();
    const a = contend('a', store, clock);
    await clock.advance(0);
    const before = a.leadership.fencingToken();
    store.lease = undefined;
    a.stop.abort();
    await a.end;
    store.lease = undefined;
    await clock.advance(60_000);
    const b = contend('b', store, clock);
    await clock.advance(0);
    expect(b.leadership.fencingToken()).toBeGreaterThan(before);
    b.stop.abort();
    await b.end;
  });

  it('takes a lease that does not exist and renews it every two seconds', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const a = contend('a', store, clock);
    await clock.advance(0);
    expect(a.leadership.isLeader()).toBe(true);
    await clock.advance(60_000);
    expect(a.leadership.isLeader()).toBe(true);
    expect(store.writes).toBe(31);
    expect(store.lease?.record.leaseTransitions).toBe(1_800_000_000);
    a.stop.abort();
    expect(await a.end).toBe('released');
  });

  it('leaves the lease to the one who renews it', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const a = contend('a', store, clock);
    await clock.advance(0);
    const b = contend('b', store, clock);
    await clock.advance(120_000);
    expect([a.leadership.isLeader(), b.leadership.isLeader()]).toEqual([true, false]);
    a.stop.abort();
    b.stop.abort();
    await Promise.all([a.end, b.end]);
  });

  it('takes over from a crashed leader at the moment at which its record stood still for the whole lease', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    store.lease = {
      record: {
        holderIdentity: 'a',
        leaseDurationSeconds: 12,
        acquireTimeMs: 0,
        renewTimeMs: 0,
        leaseTransitions: 4,
      },
      version: 'crash',
    };
    const b = contend('b', store, clock, 0.99);
    await clock.advance(11_999);
    expect(b.leadership.isLeader()).toBe(false);
    await clock.advance(1);
    expect(b.leadership.isLeader()).toBe(true);
    expect(store.lease.record.leaseTransitions).toBe(5);
    b.stop.abort();
    await b.end;
  });

  it("leads within the lease and one look of a crash, whenever in the leader's period that comes", async () => {
    for (let crashMs = 10_000; crashMs < 12_000; crashMs += 250) {
      const [clock, store] = [new SteppedClock(), new MemoryLease()];
      const pausable = new PausableClock(clock);
      contend('a', store, pausable);
      await clock.advance(0);
      const b = contend('b', store, clock, 0.99);
      await clock.advance(crashMs);
      pausable.paused = Promise.withResolvers<void>().promise;
      await clock.advance(13_200);
      expect([crashMs, b.leadership.isLeader()]).toEqual([crashMs, true]);
      b.stop.abort();
      await b.end;
    }
  });

  it('leaves 4 s between the last moment of a leader that cannot renew and the first one of its successor', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const pausable = new PausableClock(clock);
    const a = contend('a', store, pausable);
    await clock.advance(0);
    const b = contend('b', store, clock);
    await clock.advance(10_000);
    pausable.paused = Promise.withResolvers<void>().promise;
    const led = { a: 0, b: Number.POSITIVE_INFINITY };
    while (led.b === Number.POSITIVE_INFINITY) {
      await clock.advance(100);
      if (a.leadership.isLeader()) led.a = clock.monotonicMs();
      if (b.leadership.isLeader()) led.b = clock.monotonicMs();
    }
    expect(led.b - led.a).toBeGreaterThanOrEqual(LEASE_TIMES_MS.lease - LEASE_TIMES_MS.renewDeadline);
    b.stop.abort();
    await b.end;
  });

  it('judges expiry by how long the record stood still, not by the time that is written in it', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const record = { holderIdentity: 'a', leaseDurationSeconds: 12, acquireTimeMs: 0, leaseTransitions: 0 };
    const b = contend('b', store, clock);
    await clock.advance(0);
    b.stop.abort();
    await b.end;
    store.lease = { record: { ...record, renewTimeMs: 1 }, version: 'v1' };
    const c = contend('c', store, clock);
    await clock.advance(10_000);
    store.lease = { record: { ...record, renewTimeMs: 2 }, version: 'v2' };
    await clock.advance(10_000);
    expect(c.leadership.isLeader()).toBe(false);
    await clock.advance(3_000);
    expect(c.leadership.isLeader()).toBe(true);
    c.stop.abort();
    await c.end;
  });

  it('gives the lease back on a clean stop, so that the successor leads a second later', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const a = contend('a', store, clock);
    await clock.advance(0);
    const b = contend('b', store, clock);
    await clock.advance(0);
    a.stop.abort();
    expect(await a.end).toBe('released');
    expect(a.leadership.isLeader()).toBe(false);
    expect(store.holder()).toBe('');
    await clock.advance(1_000);
    expect(b.leadership.isLeader()).toBe(true);
    b.stop.abort();
    await b.end;
  });

  it('stops leading at the renew deadline while the API server is away, before anyone else may start', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const a = contend('a', store, clock);
    await clock.advance(0);
    store.away = true;
    await clock.advance(7_999);
    expect(a.leadership.isLeader()).toBe(true);
    await clock.advance(1);
    expect(a.leadership.isLeader()).toBe(false);
    expect(await a.end).toBe('lost');
  });

  it('goes on leading after a short absence of the API server', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const a = contend('a', store, clock);
    await clock.advance(0);
    store.away = true;
    await clock.advance(5_000);
    store.away = false;
    await clock.advance(30_000);
    expect(a.leadership.isLeader()).toBe(true);
    a.stop.abort();
    await a.end;
  });

  it('is no leader after a pause, from the first instruction on, and ends as lost when it wakes', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const pausable = new PausableClock(clock);
    const a = contend('a', store, pausable);
    await clock.advance(0);
    const b = contend('b', store, clock);
    const pause = Promise.withResolvers<void>();
    pausable.paused = pause.promise;
    await clock.advance(60_000);
    expect(a.leadership.isLeader()).toBe(false);
    expect(b.leadership.isLeader()).toBe(true);
    pause.resolve();
    expect(await a.end).toBe('lost');
    expect(store.holder()).toBe('b');
    b.stop.abort();
    await b.end;
  });

  it('never renews after its deadline, even if nobody else took the lease meanwhile', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const pausable = new PausableClock(clock);
    const a = contend('a', store, pausable);
    await clock.advance(0);
    const pause = Promise.withResolvers<void>();
    pausable.paused = pause.promise;
    await clock.advance(60_000);
    pause.resolve();
    expect(await a.end).toBe('lost');
    expect(store.writes).toBe(1);
  });

  it('never has two leaders, whenever each of three contenders is away or paused', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const clocks = [0, 1, 2].map(() => new PausableClock(clock));
    const contenders = clocks.map((own, i) => contend(`c${i}`, store, own));
    for (let step = 0; step < 60; step += 1) {
      store.away = step % 7 === 3;
      const pause = Promise.withResolvers<void>();
      const chosen = clocks[step % 3];
      if (chosen !== undefined) chosen.paused = step % 5 === 0 ? pause.promise : undefined;
      for (let second = 0; second < 12; second += 1) {
        await clock.advance(1_000);
        expect(contenders.filter((c) => c.leadership.isLeader()).length).toBeLessThanOrEqual(1);
      }
      pause.resolve();
    }
    for (const contender of contenders) contender.stop.abort();
    store.away = false;
    await Promise.all(contenders.map((c) => c.end));
  });

  it('resolves acquired once it leads, and at once for those who give up waiting', async () => {
    const [clock, store] = [new SteppedClock(), new MemoryLease()];
    const a = contend('a', store, clock);
    await a.leadership.acquired(a.stop.signal);
    expect(a.leadership.isLeader()).toBe(true);
    const b = contend('b', store, clock);
    const waiting = b.leadership.acquired(b.stop.signal);
    b.stop.abort();
    await waiting;
    await b.leadership.acquired(b.stop.signal);
    expect(b.leadership.isLeader()).toBe(false);
    a.stop.abort();
    await Promise.all([a.end, b.end]);
  });
});
