import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDbLeaseStore } from '../../src/adapters/dynamodb/dynamo-lease-store.ts';
import { DynamoDbLedger } from '../../src/adapters/dynamodb/dynamo-ledger.ts';
import { DynamoTable } from '../../src/adapters/dynamodb/dynamo-table.ts';
import { describeLedger } from '../adapters/ledger/ledger-contract.ts';
import { aLaunch } from '../builders/fleet.ts';
import { createTable } from '../fakes/dynalite.ts';
import { SteppedClock } from '../fakes/stepped-clock.ts';
import { FAKE_CREDENTIALS, type Moto, REGION, startMoto } from './harness/moto.ts';

// The unit tier proves the same on dynalite; moto is another reading of what conditional writes, queries and pages are.
const signal = new AbortController().signal;
const LOCK = {
  leaseDurationSeconds: 300,
  acquireTimeMs: 1_800_000_000_000,
  renewTimeMs: 1_800_000_000_000,
};

let folder: string;
let moto: Moto;
let client: DynamoDBClient;
let tables = 0;
const open: DynamoTable[] = [];

beforeAll(async () => {
  process.env['AWS_ACCESS_KEY_ID'] = FAKE_CREDENTIALS.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = FAKE_CREDENTIALS.secretAccessKey;
  folder = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  moto = await startMoto(folder);
  client = new DynamoDBClient({ region: REGION, endpoint: moto.url });
});

afterEach(() => {
  for (const table of open.splice(0)) table.close();
});

afterAll(async () => {
  client?.destroy();
  await moto?.stop();
  await rm(folder, { recursive: true });
});

async function freshTable(): Promise<() => DynamoTable> {
  tables += 1;
  const tableName = `state-${tables}`;
  await createTable(client, tableName);
  return () => {
    const table = new DynamoTable({ region: REGION, endpoint: moto.url, tableName, clusterName: 'e2e' });
    open.push(table);
    return table;
  };
}

describeLedger('DynamoDbLedger on moto', async () => {
  const table = await freshTable();
  return () => new DynamoDbLedger(table(), new SteppedClock());
});

describe('DynamoDbLedger on moto', () => {
  it('lists what does not fit into one page', async () => {
    const table = await freshTable();
    const ledger = new DynamoDbLedger(table(), new SteppedClock());
    const ids = Array.from({ length: 30 }, (_, i) => `op-${i}`);
    // 30 operations of 50 kB: more than the megabyte that a page holds.
    const nominatedPods = Array.from({ length: 1_000 }, (_, i) => `default/${'pod'.repeat(13)}-${i}`);
    await Promise.all(ids.map((id) => ledger.put(aLaunch({ id, nominatedPods }), 1, signal)));
    const listed = await new DynamoDbLedger(table(), new SteppedClock()).list(signal);
    expect(listed.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it('says that a table is missing', async () => {
    const table = new DynamoTable({
      region: REGION,
      endpoint: moto.url,
      tableName: 'none',
      clusterName: 'e2e',
    });
    open.push(table);
    await expect(new DynamoDbLedger(table, new SteppedClock()).list(signal)).rejects.toMatchObject({
      retry: 'configuration',
    });
  });
});

describe('DynamoDbLeaseStore on moto', () => {
  it('lets one of two take the lock, and nobody release it who has lost it', async () => {
    const table = await freshTable();
    const [a, b] = [new DynamoDbLeaseStore(table(), 'lock'), new DynamoDbLeaseStore(table(), 'lock')];
    const outcomes = await Promise.all([
      a.write({ ...LOCK, holderIdentity: 'a', leaseTransitions: 0 }, undefined, signal),
      b.write({ ...LOCK, holderIdentity: 'b', leaseTransitions: 0 }, undefined, signal),
    ]);
    expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(1);
    const stale = await a.read(signal);
    const successor = { ...LOCK, holderIdentity: 'c', leaseTransitions: 1 };
    await b.write(successor, stale?.version, signal);
    const release = { ...LOCK, holderIdentity: '', leaseTransitions: 0 };
    expect(await a.write(release, stale?.version, signal)).toBe('conflict');
    expect((await a.read(signal))?.record).toEqual(successor);
    const item = await client.send(
      new GetItemCommand({
        TableName: `state-${tables}`,
        Key: { pk: { S: 'e2e' }, sk: { S: 'lease#lock' } },
      }),
    );
    expect(item.Item).not.toHaveProperty('expiresAt');
  });
});
