import type { Operation } from '../../model/operation.ts';
import type { ActPorts } from './act-ports.ts';

/** Result of one step: the operation, and when to run the next step without an event. */
export interface Progress<T extends Operation = Operation> {
  readonly operation: T;
  /** Absent: only when the cluster changes, or never once it has ended. A past time: at once. */
  readonly wakeAtMs?: number;
}

/** Requeues the operation at `wakeAtMs`; a change of the cluster may wake it earlier. */
export function requeueAt<T extends Operation>(operation: T, wakeAtMs: number): Progress<T> {
  return { operation, wakeAtMs };
}

/** Parks the operation: this replica may not act on it now. */
export function park<T extends Operation>(operation: T): Progress<T> {
  return { operation };
}

/**
 * Persists the operation, reports it, and requests the next step at once (none once it has ended). A replica that has lost its
 * lease writes nothing: its successor reads the step before and repeats the call, which is idempotent.
 */
export async function transition<T extends Operation>(
  operation: T,
  ports: ActPorts,
  signal: AbortSignal,
): Promise<Progress<T>> {
  if (!ports.leadership.isLeader()) return park(operation);
  await persist(operation, ports, signal);
  if (operation.endedAtMs !== undefined) return { operation };
  return { operation, wakeAtMs: ports.clock.now() };
}

/** Writes the operation to the ledger and reports it. */
export async function persist(operation: Operation, ports: ActPorts, signal: AbortSignal): Promise<void> {
  await ports.ledger.put(operation, ports.leadership.fencingToken(), signal);
  ports.reporter.report({ kind: 'operation', operation, atMs: ports.clock.now() });
}
