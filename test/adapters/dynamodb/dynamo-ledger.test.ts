import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDbLedger } from '../../../src/adapters/dynamodb/dynamo-ledger.ts';
import { DynamoTable } from '../../../src/adapters/dynamodb/dynamo-table.ts';
import { operationAttributes } from '../../../src/adapters/dynamodb/operation-item.ts';
import { aLaunch, aRemoval } from '../../builders/fleet.ts';
import { createTable, type Dynalite, REGION, startDynalite } from '../../fakes/dynalite.ts';
import { SteppedClock } from '../../fakes/stepped-clock.ts';
import { describeLedger } from '../ledger/ledger-contract.ts';
import { type Answer, FakeDynamo } from './fake-dynamo.ts';

const signal = new AbortController().signal;
let dynalite: Dynalite;
let tables = 0;
const open: { close: () => void }[] = [];

beforeAll(async () => {
  dynalite = await startDynalite();
});

afterEach(() => {
  for (const table of open.splice(0)) table.close();
});

afterAll(async () => {
  await dynalite.stop();
});

async function freshTable(keys?: readonly [string, string]): Promise<string> {
  tables += 1;
  const name = `smartscale-${tables}`;
  await createTable(dynalite.client, name, keys);
  return name;
}

function ledgerOf(tableName: string, { clusterName = 'production', endpoint = dynalite.url } = {}) {
  const table = new DynamoTable({ region: REGION, endpoint, tableName, clusterName });
  open.push(table);
  return new DynamoDbLedger(table, new SteppedClock());
}

describeLedger('DynamoDbLedger on dynalite', async () => {
  const table = await freshTable();
  return () => ledgerOf(table);
});

describe('DynamoDbLedger', () => {
  it('keeps the clusters that share a table apart', async () => {
    const table = await freshTable();
    await ledgerOf(table, { clusterName: 'staging' }).put(aLaunch(), 1, signal);
    expect(await ledgerOf(table).list(signal)).toEqual([]);
  });

  it('lets only an operation that has ended expire, 30 days later', async () => {
    const table = await freshTable();
    const ledger = ledgerOf(table);
    await ledger.put(aLaunch({ id: 'open' }), 1, signal);
    await ledger.put(aRemoval({ id: 'over', step: 'removed', endedAtMs: 1_000_000 }), 1, signal);
    const expiry = async (id: string) => {
      const Key = { pk: { S: 'production' }, sk: { S: `op#${id}` } };
      const answer = await dynalite.client.send(new GetItemCommand({ TableName: table, Key }));
      return answer.Item?.['expiresAt'];
    };
    expect(await expiry('open')).toBeUndefined();
    expect(await expiry('over')).toEqual({ N: String(1_000 + 30 * 86_400) });
  });

  it('shows what it wrote even while an older page is under way', async () => {
    const stale = { pk: { S: 'production' }, sk: { S: 'op#a' }, ...operationAttributes(aLaunch(), 1) };
    const ledger = await ledgerThatHears({ body: {} }, { body: { Items: [stale] } });
    await ledger.put(aLaunch({ attempt: 2 }), 1, signal);
    expect(await ledger.list(signal)).toEqual([aLaunch({ attempt: 2 })]);
  });

  it('names an item that is no operation', async () => {
    const table = await freshTable();
    const item = (operation: string) => ({
      pk: { S: 'production' },
      sk: { S: 'op#x' },
      operation: { S: operation },
    });
    await dynalite.client.send(new PutItemCommand({ TableName: table, Item: item('{') }));
    await expect(ledgerOf(table).list(signal)).rejects.toThrow(`item op#x of table ${table} is no JSON`);
    await dynalite.client.send(new PutItemCommand({ TableName: table, Item: item('{"kind":"launch"}') }));
    await expect(ledgerOf(table).list(signal)).rejects.toThrow(
      `item op#x of table ${table} is no operation: id`,
    );
  });

  it('says that the table is missing, or has other keys, and what to do', async () => {
    await expect(ledgerOf('nowhere').list(signal)).rejects.toMatchObject({
      retry: 'configuration',
      message: expect.stringMatching(
        /in table nowhere: ResourceNotFoundException: .*bootstrap\/, or name another with --table/,
      ),
    });
    const other = await freshTable(['id', 'kind']);
    await expect(ledgerOf(other).list(signal)).rejects.toMatchObject({
      retry: 'configuration',
      message: expect.stringContaining('needs the string keys pk (partition) and sk (sort)'),
    });
  });
});

describe('DynamoDbLedger on the wire', () => {
  it('reads every page, consistently', async () => {
    const item = (id: string) => ({
      pk: { S: 'production' },
      sk: { S: `op#${id}` },
      ...operationAttributes(aLaunch({ id }), 1),
    });
    const next = { pk: { S: 'production' }, sk: { S: 'op#a' } };
    const ledger = await ledgerThatHears(
      { body: { Items: [item('a')], LastEvaluatedKey: next } },
      { body: { Items: [item('b')] } },
    );
    expect((await ledger.list(signal)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(fake?.calls).toMatchObject([
      { action: 'Query', input: { ConsistentRead: true } },
      { action: 'Query', input: { ConsistentRead: true, ExclusiveStartKey: next } },
    ]);
  });

  it('asks once, and again only after a failure', async () => {
    const ledger = await ledgerThatHears({ error: 'AccessDeniedException' }, { body: { Items: [] } });
    await expect(ledger.list(signal)).rejects.toThrow('give the role the rights on the table');
    await ledger.list(signal);
    await ledger.list(signal);
    expect(fake?.calls).toHaveLength(2);
  });

  it('repeats a write whose answer was lost, as the same write', async () => {
    const ledger = await ledgerThatHears('cut', { body: {} });
    await ledger.put(aLaunch(), 3, signal);
    const [first, second] = fake?.calls ?? [];
    expect(first?.action).toBe('PutItem');
    expect(second).toEqual(first);
    expect(first?.input).toMatchObject({
      ConditionExpression: 'attribute_not_exists(pk) OR fencingToken <= :token',
      ExpressionAttributeValues: { ':token': { N: '3' } },
    });
  });

  it('names both leaders when a later one has written', async () => {
    const ledger = await ledgerThatHears(
      { error: 'ConditionalCheckFailedException' },
      { body: { Item: { fencingToken: { N: '9' } } } },
    );
    await expect(ledger.put(aLaunch(), 3, signal)).rejects.toThrow(
      'was written by leader 9, this replica is leader 3',
    );
  });

  it.each([
    ['AccessDeniedException', 400, 'authorization'],
    ['ThrottlingException', 400, 'transient'],
    ['InternalServerError', 500, 'transient'],
    ['SomethingNew', 403, 'authorization'],
    ['SomethingElse', 400, 'configuration'],
  ])('takes %s (%i) as %s', async (error, status, retry) => {
    const ledger = await ledgerThatHears({ error, status });
    await expect(ledger.put(aLaunch(), 1, signal)).rejects.toMatchObject({ retry, code: error });
  });
});

let fake: FakeDynamo | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function ledgerThatHears(...answers: Answer[]): Promise<DynamoDbLedger> {
  fake = await FakeDynamo.start(...answers);
  return ledgerOf('smartscale', { endpoint: fake.url });
}
