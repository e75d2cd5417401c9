import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoError } from './dynamo-error.ts';

/** Which table, where it is, and whose part of it. */
export interface DynamoTableOptions {
  readonly region: string;
  /** @default the region's public endpoint */
  readonly endpoint?: string;
  readonly tableName: string;
  /** Partition key of everything that one cluster keeps: several clusters may share a table. */
  readonly clusterName: string;
}

/** What addresses an item: the cluster, and what of it. */
export interface ItemKey {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
}

const CONNECT_TIMEOUT_MS = 1_000;
/** DynamoDB answers within milliseconds; what hangs is asked anew, within the deadline of the whole call. */
const REQUEST_TIMEOUT_MS = 2_000;
const CALL_DEADLINE_MS = 8_000;
/** Every write is conditional and gives the same item when it is repeated, so the SDK may repeat it. */
const ATTEMPTS = 4;

/** The connection to one table. Each call has a deadline; a foreign error comes out as `PortError` that names the table. */
export class DynamoTable {
  readonly name: string;
  readonly clusterName: string;
  readonly #client: DynamoDBClient;

  constructor(options: DynamoTableOptions) {
    this.name = options.tableName;
    this.clusterName = options.clusterName;
    this.#client = new DynamoDBClient({
      region: options.region,
      ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
      maxAttempts: ATTEMPTS,
      // Without throwOnRequestTimeout the SDK only logs that a request is late.
      requestHandler: {
        requestTimeout: REQUEST_TIMEOUT_MS,
        connectionTimeout: CONNECT_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    });
  }

  keyOf(sortKey: string): ItemKey {
    return { pk: { S: this.clusterName }, sk: { S: sortKey } };
  }

  /** `doing` completes the sentence "… in table NAME" of an error. */
  async call<T>(
    doing: string,
    signal: AbortSignal,
    send: (client: DynamoDBClient, abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await send(this.#client, AbortSignal.any([signal, AbortSignal.timeout(CALL_DEADLINE_MS)]));
    } catch (error) {
      throw dynamoError(doing, this.name, error);
    }
  }

  /** Closes the connections that are kept open. */
  close(): void {
    this.#client.destroy();
  }
}
