import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

// It ships no types.
const require = createRequire(import.meta.url);
const dynalite = require('dynalite') as (options: { createTableMs: number }) => Server;

export const REGION = 'ap-southeast-1';

/** DynamoDB as dynalite plays it, in this process, with tables that are there at once. */
export interface Dynalite {
  readonly url: string;
  readonly client: DynamoDBClient;
  readonly stop: () => Promise<void>;
}

export async function startDynalite(): Promise<Dynalite> {
  // Else the SDK would look for credentials outside this machine.
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({ region: REGION, endpoint: url });
  const stop = async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url, client, stop };
}

/** Makes a table with the keys that bootstrap/ gives it, or with others. */
export async function createTable(
  client: DynamoDBClient,
  TableName: string,
  [partition, sort]: readonly [string, string] = ['pk', 'sk'],
): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: partition, AttributeType: 'S' },
        { AttributeName: sort, AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: partition, KeyType: 'HASH' },
        { AttributeName: sort, KeyType: 'RANGE' },
      ],
    }),
  );
}
