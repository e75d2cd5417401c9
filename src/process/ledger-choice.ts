import type { DynamoTableOptions } from '../adapters/dynamodb/dynamo-table.ts';
import { PortError } from '../ports.ts';

/** Which store keeps the operations and the lock of leaders, as options or environment name it. */
export interface LedgerOptions {
  /** @default kubernetes */
  readonly ledger?: 'kubernetes' | 'dynamodb';
  readonly table?: string;
}

/** The store with all that it takes to reach it. */
export type LedgerChoice =
  | { readonly kind: 'kubernetes' }
  | ({ readonly kind: 'dynamodb' } & DynamoTableOptions);

/** What DynamoDB takes as a table's name. */
const TABLE_NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

/** Throws a configuration `PortError` that says which flag or variable is missing or wrong. */
export function ledgerChoice(
  { ledger = 'kubernetes', table }: LedgerOptions,
  env: Readonly<Record<string, string | undefined>>,
  clusterName: string,
): LedgerChoice {
  if (ledger === 'kubernetes') {
    if (table !== undefined)
      throw misuse(
        `--table is "${table}", but operations are kept in Kubernetes: give --ledger dynamodb, too, or leave --table out`,
      );
    return { kind: 'kubernetes' };
  }
  if (table === undefined)
    throw misuse('--ledger dynamodb needs a table: give --table, or set SMARTSCALE_TABLE');
  if (!TABLE_NAME.test(table))
    throw misuse(`--table is "${table}": give 3 to 255 letters, digits, dots, dashes or underscores`);
  const region = env['AWS_REGION']?.trim() ?? '';
  if (region === '') throw misuse('AWS_REGION is not set: set it to a value such as ap-southeast-1');
  const endpoint = env['AWS_ENDPOINT_URL_DYNAMODB'] ?? env['AWS_ENDPOINT_URL'] ?? '';
  return {
    kind: 'dynamodb',
    region,
    ...(endpoint === '' ? {} : { endpoint }),
    tableName: table,
    clusterName,
  };
}

function misuse(message: string): PortError {
  return new PortError(message, { retry: 'configuration', code: 'Usage' });
}
