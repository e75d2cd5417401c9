import { type AttributeValue, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { expiredOperations } from '../../model/ledger-retention.ts';
import { hasEnded, type Operation } from '../../model/operation.ts';
import { type Clock, FencedError, type Ledger, PortError } from '../../ports.ts';
import { RepeatedReading } from '../ledger/repeated-reading.ts';
import { CONDITION_FAILED } from './dynamo-error.ts';
import type { DynamoTable } from './dynamo-table.ts';
import { OPERATION_PREFIX, operationAttributes, operationOfItem, tokenOfItem } from './operation-item.ts';

type Item = Record<string, AttributeValue>;

/** Items a page; DynamoDB itself ends a page at 1 MB. */
const PAGE_SIZE = 500;

/**
 * Operations as items of a DynamoDB table, so that they outlive the cluster. A leader reads them when it first asks, since
 * from then on only that leader writes; a write that a later leader has overtaken is refused by the table itself. Now and then
 * it reads them again, for what came late.
 * What ended more than a day ago is not listed any more; the table's TTL deletes it after 30 days.
 */
export class DynamoDbLedger implements Ledger {
  readonly #table: DynamoTable;
  /** What this replica wrote is newer than what it found, whichever answer comes first. */
  readonly #written = new Map<string, Operation>();
  readonly #found = new Map<string, Operation>();
  readonly #reading: RepeatedReading;

  constructor(table: DynamoTable, clock: Clock) {
    this.#table = table;
    this.#reading = new RepeatedReading(clock, (signal) => this.#findAll(signal));
  }

  async list(signal: AbortSignal): Promise<readonly Operation[]> {
    await this.#reading.done(signal);
    this.#forgetOld();
    return this.#known();
  }

  async put(operation: Operation, token: number, signal: AbortSignal): Promise<void> {
    const key = this.#table.keyOf(`${OPERATION_PREFIX}${operation.id}`);
    const command = new PutItemCommand({
      TableName: this.#table.name,
      Item: { ...key, ...operationAttributes(operation, token) },
      ConditionExpression: 'attribute_not_exists(pk) OR fencingToken <= :token',
      ExpressionAttributeValues: { ':token': { N: String(token) } },
    });
    try {
      await this.#table.call(`writing operation ${operation.id}`, signal, async (client, abortSignal) =>
        client.send(command, { abortSignal }),
      );
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== CONDITION_FAILED) {
        this.#reading.isUncertain();
        throw error;
      }
      throw new FencedError(operation.id, token, await this.#tokenOf(operation.id, signal));
    }
    this.#written.set(operation.id, operation);
    if (hasEnded(operation)) this.#forgetOld();
  }

  async #findAll(signal: AbortSignal): Promise<void> {
    let from: Item | undefined;
    do {
      const page = await this.#page(from, signal);
      for (const item of page.Items ?? []) {
        const operation = operationOfItem(item, this.#table.name);
        this.#found.set(operation.id, operation);
      }
      from = page.LastEvaluatedKey;
    } while (from !== undefined);
  }

  #page(from: Item | undefined, signal: AbortSignal) {
    const command = new QueryCommand({
      TableName: this.#table.name,
      ConsistentRead: true,
      Limit: PAGE_SIZE,
      KeyConditionExpression: 'pk = :cluster AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':cluster': { S: this.#table.clusterName },
        ':prefix': { S: OPERATION_PREFIX },
      },
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    return this.#table.call('listing operations', signal, async (client, abortSignal) =>
      client.send(command, { abortSignal }),
    );
  }

  async #tokenOf(id: string, signal: AbortSignal): Promise<number> {
    const command = new GetItemCommand({
      TableName: this.#table.name,
      Key: { ...this.#table.keyOf(`${OPERATION_PREFIX}${id}`) },
      ConsistentRead: true,
      ProjectionExpression: 'fencingToken',
    });
    const answer = await this.#table.call(`reading operation ${id}`, signal, async (client, abortSignal) =>
      client.send(command, { abortSignal }),
    );
    return tokenOfItem(answer.Item);
  }

  #known(): readonly Operation[] {
    return [...new Map([...this.#found, ...this.#written]).values()];
  }

  /** Only here: the items stay in the table. Its own newest end is its time, so that no clock that jumps makes it forget. */
  #forgetOld(): void {
    const operations = this.#known();
    const newestEndMs = operations.reduce((newest, { endedAtMs = 0 }) => Math.max(newest, endedAtMs), 0);
    for (const { id } of expiredOperations(operations, newestEndMs)) {
      this.#found.delete(id);
      this.#written.delete(id);
    }
  }
}
