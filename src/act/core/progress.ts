import type { Operation } from '../../model/operation.ts';
import type { ActPorts } from './act-ports.ts';

/** What one step left: the operation as it stands, and when the next step is worth trying by itself. */
export interface Progress<T extends Operation = Operation> {
  readonly operation: T;
  /** Absent: only when the cluster changes, or never, once it has ended. A time that has come: at once. */
  readonly wakeAtMs?: number;
}

/** The operation waits; a change in the cluster may wake it earlier than `wakeAtMs`. */
export function waitUntil<T extends Operation>(operation: T, wakeAtMs: number): Progress<T> {
  return { operation, wakeAtMs };
}

/** Nothing can be done by this replica now. */
export function standBy<T extends Operation>(operation: T): Progress<T> {
  return { operation };
}

/**
 * Writes the operation down, reports it, and asks for the next step at once (none once it has ended). A replica that has
 * lost its lease writes nothing: its successor reads the step before and repeats the call, which is idempotent.
 */
export async function moveOn<T extends Operation>(
  operation: T,
  ports: ActPorts,
  signal: AbortSignal,
): Promise<Progress<T>> {
  if (!ports.leadership.isLeader()) return standBy(operation);
  await writeDown(operation, ports, signal);
  if (operation.endedAtMs !== undefined) return { operation };
  return { operation, wakeAtMs: ports.clock.now() };
}

/** Writes the operation to the ledger and reports it. */
export async function writeDown(operation: Operation, ports: ActPorts, signal: AbortSignal): Promise<void> {
  await ports.ledger.put(operation, ports.leadership.fencingToken(), signal);
  ports.reporter.report({ kind: 'operation', operation, atMs: ports.clock.now() });
}
