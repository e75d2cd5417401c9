import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  DYNAMODB_LEASE_TIMES_MS,
  DynamoDbLeaseStore,
} from '../../../src/adapters/dynamodb/dynamo-lease-store.ts';
import { DynamoTable } from '../../../src/adapters/dynamodb/dynamo-table.ts';
import { LeaseLeadership } from '../../../src/adapters/lease/lease-leadership.ts';
import type { LeaseRecord } from '../../../src/adapters/lease/lease-store.ts';
import type { Clock } from '../../../src/ports.ts';
import { createTable, type Dynalite, REGION, startDynalite } from '../../fakes/dynalite.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { until } from '../kubernetes/until.ts';

const signal = new AbortController().signal;
const RECORD: LeaseRecord = {
  holderIdentity: 'a',
  leaseDurationSeconds: 300,
  acquireTimeMs: 1_800_000_000_123,
  renewTimeMs: 1_800_000_000_456,
  leaseTransitions: 2,
};
const HOUR_MS = 3_600_000;

let dynalite: Dynalite;
let tables = 0;
let store: DynamoDbLeaseStore;
const open: DynamoTable[] = [];

beforeAll(async () => {
  dynalite = await startDynalite();
});

beforeEach(async () => {
  tables += 1;
  await createTable(dynalite.client, `smartscale-${tables}`);
  store = anotherStore();
});

afterEach(() => {
  for (const table of open.splice(0)) table.close();
});

afterAll(async () => {
  await dynalite.stop();
});

/** The same lock as another process sees it. */
function anotherStore(): DynamoDbLeaseStore {
  const table = new DynamoTable({
    region: REGION,
    endpoint: dynalite.url,
    tableName: `smartscale-${tables}`,
    clusterName: 'production',
  });
  open.push(table);
  return new DynamoDbLeaseStore(table, 'smartscale');
}

describe('DynamoDbLeaseStore', () => {
  it('finds nothing at first, and then word for word what was written', async () => {
    expect(await store.read(signal)).toBeUndefined();
    const written = await store.write(RECORD, undefined, signal);
    expect(written).toMatchObject({ record: RECORD });
    expect(await anotherStore().read(signal)).toEqual(written);
  });

  it('lets one of two create it', async () => {
    const outcomes = await Promise.all([
      store.write(RECORD, undefined, signal),
      anotherStore().write({ ...RECORD, holderIdentity: 'b' }, undefined, signal),
    ]);
    expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(1);
  });

  it('gives each renewal a version of its own, even when the record says the same', async () => {
    const first = await versionOf(store.write(RECORD, undefined, signal));
    const second = await versionOf(store.write(RECORD, first, signal));
    expect(second).not.toBe(first);
  });

  it('refuses the release by an owner that has lost it', async () => {
    const stale = await versionOf(store.write(RECORD, undefined, signal));
    const successor = { ...RECORD, holderIdentity: 'b', leaseTransitions: 3 };
    await anotherStore().write(successor, stale, signal);
    expect(await store.write({ ...RECORD, holderIdentity: '' }, stale, signal)).toBe('conflict');
    expect((await store.read(signal))?.record).toEqual(successor);
  });
});

describe('LeaseLeadership by a lock in DynamoDB', () => {
  it('takes over five minutes after the last sign of life, not earlier', async () => {
    await store.write(RECORD, undefined, signal);
    const clock = new ManualClock();
    const b = contend('b', clock);
    await pass(295_000, clock, [b]);
    expect(b.leadership.isLeader()).toBe(false);
    await pass(5_000, clock, [b]);
    expect(b.leadership.isLeader()).toBe(true);
    expect(b.leadership.fencingToken()).toBe(RECORD.leaseTransitions + 1);
    await giveUp(b);
  });

  it('keeps its leader while wall clocks jump by hours, back and forth, on either machine', async () => {
    const clock = new ManualClock();
    const clocks = { a: new JumpingClock(clock), b: new JumpingClock(clock) };
    const a = contend('a', clocks.a);
    await pass(0, clock, [a]);
    const b = contend('b', clocks.b);
    for (const [jumps, byMs] of [
      [clocks.a, HOUR_MS],
      [clocks.b, 5 * HOUR_MS],
      [clocks.a, -9 * HOUR_MS],
      [clocks.b, -2 * HOUR_MS],
    ] as const) {
      jumps.aheadMs += byMs;
      await pass(30_000, clock, [a, b]);
      expect([a.leadership.isLeader(), b.leadership.isLeader()]).toEqual([true, false]);
    }
    await giveUp(a);
    await giveUp(b);
  });

  it('does not wait longer for a crashed leader whose clock was ahead', async () => {
    const aheadMs = 24 * HOUR_MS;
    await store.write({ ...RECORD, renewTimeMs: RECORD.renewTimeMs + aheadMs }, undefined, signal);
    const clock = new ManualClock();
    const b = contend('b', clock);
    await pass(300_000, clock, [b]);
    expect(b.leadership.isLeader()).toBe(true);
    await giveUp(b);
  });

  it('gives the lock back on a clean stop: the successor leads at its next try, with a higher token', async () => {
    const clock = new ManualClock();
    const a = contend('a', clock);
    await pass(0, clock, [a]);
    const b = contend('b', clock);
    await pass(0, clock, [a, b]);
    expect(await giveUp(a)).toBe('released');
    await pass(DYNAMODB_LEASE_TIMES_MS.pollPeriod, clock, [b]);
    expect(b.leadership.isLeader()).toBe(true);
    expect(b.leadership.fencingToken()).toBeGreaterThan(a.leadership.fencingToken());
    await giveUp(b);
  });
});

/** A clock whose wall time is wrong by so much; its monotonic time is that of the test. */
class JumpingClock implements Clock {
  aheadMs = 0;
  readonly #true: ManualClock;

  constructor(trueClock: ManualClock) {
    this.#true = trueClock;
  }

  now = () => this.#true.now() + this.aheadMs;
  monotonicMs = () => this.#true.monotonicMs();
  sleep = (ms: number, wake?: AbortSignal) => this.#true.sleep(ms, wake);
  callAfter = (ms: number, ring: () => void) => this.#true.callAfter(ms, ring);
}

interface Contender {
  readonly leadership: LeaseLeadership;
  readonly stop: AbortController;
  readonly end: Promise<'lost' | 'released'>;
}

function contend(identity: string, clock: Clock): Contender {
  const leadership = new LeaseLeadership({
    identity,
    clock,
    store: anotherStore(),
    random: () => 0,
    timesMs: DYNAMODB_LEASE_TIMES_MS,
    onFailure: (error) => {
      throw error;
    },
  });
  const stop = new AbortController();
  return { leadership, stop, end: leadership.contend(stop.signal) };
}

async function giveUp(contender: Contender): Promise<'lost' | 'released'> {
  contender.stop.abort();
  return contender.end;
}

/** Lets time pass try by try: each contender has its answer and sleeps before time goes on. */
async function pass(ms: number, clock: ManualClock, contenders: readonly Contender[]): Promise<void> {
  const everybodySleeps = () => clock.sleepsMs().length === contenders.length;
  await until(everybodySleeps);
  for (let left = ms; left > 0; left -= DYNAMODB_LEASE_TIMES_MS.pollPeriod) {
    clock.advance(Math.min(left, DYNAMODB_LEASE_TIMES_MS.pollPeriod));
    await until(everybodySleeps);
  }
}

async function versionOf(writing: ReturnType<DynamoDbLeaseStore['write']>): Promise<string> {
  const written = await writing;
  if (written === 'conflict') throw new Error('there is another version');
  return written.version;
}
