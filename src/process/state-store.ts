import { KubeApiError, KubeTransport } from '../adapters/kubernetes/client.ts';
import { KubeLeaseStore, KubernetesLedger } from '../adapters/kubernetes/ledger.ts';
import { LEASE_TIMES_MS, type LeaseTimesMs } from '../adapters/lease/lease-leadership.ts';
import type { LeaseStore } from '../adapters/lease/lease-store.ts';
import { type Clock, type Ledger, PortError } from '../ports.ts';
import type { LedgerChoice } from './ledger-choice.ts';
import type { LiveCluster } from './live-cluster.ts';

/**
 * What outlives this process: the operations, and the lock by which one replica leads. They are kept in one place, because
 * the lock's count of transitions is what fences late writes to the operations.
 */
export interface StateStore {
  readonly ledger: Ledger;
  readonly lock: LeaseStore;
  readonly lockTimesMs: LeaseTimesMs;
  close(): void;
}

export interface StatePlace {
  readonly live: LiveCluster;
  readonly clock: Clock;
  readonly namespace: string;
  readonly leaseName: string;
}

/** Opens the store that was chosen. A table that is missing or closed to us is a configuration `PortError` at once. */
export async function openStateStore(
  choice: LedgerChoice,
  place: StatePlace,
  signal: AbortSignal,
): Promise<StateStore> {
  return choice.kind === 'kubernetes' ? inKubernetes(place) : inDynamoDb(choice, place, signal);
}

function inKubernetes({ live, clock, namespace, leaseName }: StatePlace): StateStore {
  // A queue of evictions before the API server's rate limit must not delay a renewal, so the lease has its own.
  const transport = new KubeTransport(live.credentials, clock);
  return {
    ledger: new KubernetesLedger(live.transport, namespace, clock),
    lock: new KubeLeaseStore(transport, { namespace, name: leaseName }),
    lockTimesMs: LEASE_TIMES_MS,
    close: () => transport.close(),
  };
}

async function inDynamoDb(
  choice: LedgerChoice & { readonly kind: 'dynamodb' },
  { leaseName, clock }: StatePlace,
  signal: AbortSignal,
): Promise<StateStore> {
  const { DYNAMODB_LEASE_TIMES_MS, DynamoDbLeaseStore, DynamoDbLedger, DynamoTable } = await dynamoDb();
  const table = new DynamoTable(choice);
  const lock = new DynamoDbLeaseStore(table, leaseName);
  try {
    await lock.read(signal);
  } catch (error) {
    // What may pass by itself is no reason not to start: the contest for the lock goes on asking.
    if (!(error instanceof PortError) || error.retry !== 'transient') {
      table.close();
      throw error;
    }
  }
  return {
    ledger: new DynamoDbLedger(table, clock),
    lock,
    lockTimesMs: DYNAMODB_LEASE_TIMES_MS,
    close: () => table.close(),
  };
}

/** The operations for a command that only looks, and how to let go of them. A cluster without our kinds has none. */
export async function openLedgerToRead(
  choice: LedgerChoice,
  { live, clock, namespace }: Pick<StatePlace, 'live' | 'clock' | 'namespace'>,
): Promise<{ readonly list: Ledger['list']; close(): void }> {
  if (choice.kind === 'dynamodb') {
    const { DynamoDbLedger, DynamoTable } = await dynamoDb();
    const table = new DynamoTable(choice);
    const ledger = new DynamoDbLedger(table, clock);
    return { list: (signal) => ledger.list(signal), close: () => table.close() };
  }
  const ledger = new KubernetesLedger(live.transport, namespace, clock);
  const list = async (signal: AbortSignal) => {
    try {
      return await ledger.list(signal);
    } catch (error) {
      if (error instanceof KubeApiError && error.status === 404) return [];
      throw error;
    }
  };
  return { list, close: () => undefined };
}

/** The client is heavy, so it is loaded only by those who use it. */
async function dynamoDb() {
  const [table, ledger, lock] = await Promise.all([
    import('../adapters/dynamodb/dynamo-table.ts'),
    import('../adapters/dynamodb/dynamo-ledger.ts'),
    import('../adapters/dynamodb/dynamo-lease-store.ts'),
  ]);
  return { ...table, ...ledger, ...lock };
}
