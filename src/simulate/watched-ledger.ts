import { MemoryLedger } from '../adapters/memory/memory-ledger.ts';
import { hasEnded, type Operation } from '../model/operation.ts';
import type { Ledger } from '../ports.ts';
import type { EventLog } from './event-log.ts';

/** The ledger of a simulated world: each step goes to the log, and what it holds can be seen without asking. */
export class WatchedLedger implements Ledger {
  readonly #ledger = new MemoryLedger();
  readonly #log: EventLog;
  readonly #all = new Map<string, Operation>();
  readonly #unended = new Map<string, Operation>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** The operation as it was last written down, however long ago. */
  operation(id: string): Operation | undefined {
    return this.#all.get(id);
  }

  unended(): readonly Operation[] {
    return [...this.#unended.values()];
  }

  /** Every operation ever written down. */
  all(): readonly Operation[] {
    return [...this.#all.values()];
  }

  list(): Promise<readonly Operation[]> {
    return this.#ledger.list();
  }

  async put(operation: Operation, token: number): Promise<void> {
    await this.#ledger.put(operation, token);
    const before = this.#all.get(operation.id);
    this.#all.set(operation.id, operation);
    if (hasEnded(operation)) this.#unended.delete(operation.id);
    else this.#unended.set(operation.id, operation);
    if (before?.step !== operation.step)
      this.#log.add('operation', {
        id: operation.id,
        what: operation.kind,
        step: operation.step,
        instance: operation.instanceId,
        outcome: operation.outcome?.code,
      });
  }
}
