import { MemoryLedger } from '../../adapters/memory/memory-ledger.ts';
import { hasEnded, type Operation } from '../../model/operation.ts';
import type { Ledger } from '../../ports.ts';
import type { EventLog } from '../base/event-log.ts';
import type { EndedOperation } from '../judge/observed-world.ts';

/** No law looks back further than this. */
const KEPT_MS = 48 * 3_600_000;

/** The ledger of a simulated world: each step goes to the log, and what it holds can be seen without asking. */
export class WatchedLedger implements Ledger {
  readonly #ledger = new MemoryLedger();
  readonly #log: EventLog;
  readonly #clock: { monotonicMs(): number };
  readonly #onOperation: (operation: Operation, atMs: number) => void;
  readonly #all = new Map<string, Operation>();
  readonly #unended = new Map<string, Operation>();
  readonly #ended = new Map<string, EndedOperation>();

  /** `onOperation` is told of every step, with the world's own time. */
  constructor(
    log: EventLog,
    clock: { monotonicMs(): number },
    onOperation: (operation: Operation, atMs: number) => void,
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#onOperation = onOperation;
  }

  /** The operation as it was last written down; for two days after its end. */
  operation(id: string): Operation | undefined {
    return this.#all.get(id);
  }

  unended(): readonly Operation[] {
    return [...this.#unended.values()];
  }

  ended(): readonly EndedOperation[] {
    return [...this.#ended.values()];
  }

  list(): Promise<readonly Operation[]> {
    return this.#ledger.list();
  }

  async put(operation: Operation, token: number): Promise<void> {
    await this.#ledger.put(operation, token);
    const before = this.#all.get(operation.id);
    this.#all.set(operation.id, operation);
    this.#sort(operation);
    this.#onOperation(operation, this.#clock.monotonicMs());
    if (before?.step !== operation.step)
      this.#log.add('operation', {
        id: operation.id,
        what: operation.kind,
        step: operation.step,
        instance: operation.instanceId,
        outcome: operation.outcome?.code,
      });
  }

  #sort(operation: Operation): void {
    const { id } = operation;
    if (!hasEnded(operation)) {
      this.#unended.set(id, operation);
      this.#ended.delete(id);
      return;
    }
    this.#unended.delete(id);
    const atMs = this.#clock.monotonicMs();
    if (!this.#ended.has(id)) this.#ended.set(id, { operation, atMs });
    for (const [old, ended] of this.#ended) {
      if (atMs - ended.atMs < KEPT_MS) return;
      this.#ended.delete(old);
      this.#all.delete(old);
    }
  }
}
