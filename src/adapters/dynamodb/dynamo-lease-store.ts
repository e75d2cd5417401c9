import { randomUUID } from 'node:crypto';
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PortError } from '../../ports.ts';
import type { LeaseTimesMs } from '../lease/lease-leadership.ts';
import type { LeaseRecord, LeaseStore, StoredLease } from '../lease/lease-store.ts';
import { CONDITION_FAILED } from './dynamo-error.ts';
import type { DynamoTable, ItemKey } from './dynamo-table.ts';

/**
 * How long the lock in the table holds: five minutes (R58), so that an outage of DynamoDB, which is another system than the
 * cluster, does not end every leader within seconds. After a crash a successor waits that long; after a clean stop it
 * need not. A renewal each five seconds and a look each second cost about a dollar a month by list prices.
 */
export const DYNAMODB_LEASE_TIMES_MS: LeaseTimesMs = {
  lease: 300_000,
  renewDeadline: 200_000,
  renewPeriod: 5_000,
  pollPeriod: 1_000,
};

/**
 * The lock as one item of the table. It never expires by itself: its count of transitions fences what earlier leaders write,
 * so it must not begin anew.
 */
export class DynamoDbLeaseStore implements LeaseStore {
  readonly #table: DynamoTable;
  readonly #key: ItemKey;
  readonly #what: string;

  constructor(table: DynamoTable, name: string) {
    this.#table = table;
    this.#key = table.keyOf(`lease#${name}`);
    this.#what = `lock ${table.clusterName}/${name}`;
  }

  async read(signal: AbortSignal): Promise<StoredLease | undefined> {
    const command = new GetItemCommand({
      TableName: this.#table.name,
      Key: { ...this.#key },
      ConsistentRead: true,
    });
    const answer = await this.#table.call(`reading ${this.#what}`, signal, async (client, abortSignal) =>
      client.send(command, { abortSignal }),
    );
    return answer.Item === undefined ? undefined : storedOf(answer.Item);
  }

  async write(
    record: LeaseRecord,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<StoredLease | 'conflict'> {
    const next = randomUUID();
    const command = new PutItemCommand({
      TableName: this.#table.name,
      Item: { ...this.#key, ...attributesOf(record), version: { S: next } },
      ...conditionOf(version),
    });
    try {
      await this.#table.call(`writing ${this.#what}`, signal, async (client, abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return { record, version: next };
    } catch (error) {
      // Also after a lost answer to a write that held: the next reading finds our own name in it.
      if (error instanceof PortError && error.code === CONDITION_FAILED) return 'conflict';
      throw error;
    }
  }
}

/** Nobody but the one who wrote, or read, exactly this version may replace it. */
function conditionOf(version: string | undefined) {
  if (version === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': { S: version } },
  };
}

function attributesOf(record: LeaseRecord): Record<string, AttributeValue> {
  return {
    holderIdentity: { S: record.holderIdentity },
    leaseDurationSeconds: { N: String(record.leaseDurationSeconds) },
    acquireTimeMs: { N: String(record.acquireTimeMs) },
    renewTimeMs: { N: String(record.renewTimeMs) },
    leaseTransitions: { N: String(record.leaseTransitions) },
  };
}

function storedOf(item: Readonly<Record<string, AttributeValue>>): StoredLease {
  const number = (name: string) => Number(item[name]?.N ?? 0);
  const record = {
    holderIdentity: item['holderIdentity']?.S ?? '',
    leaseDurationSeconds: number('leaseDurationSeconds'),
    acquireTimeMs: number('acquireTimeMs'),
    renewTimeMs: number('renewTimeMs'),
    leaseTransitions: number('leaseTransitions'),
  };
  return { record, version: item['version']?.S ?? '' };
}
