import { expiredOperations } from '../../model/ledger-retention.ts';
import { hasEnded, type Operation } from '../../model/operation.ts';
import { FencedError, type Ledger } from '../../ports.ts';

/** A ledger in this process's memory: what a restart loses is found again in EC2's tags and on the nodes. */
export class MemoryLedger implements Ledger {
  readonly #operations = new Map<string, Operation>();
  readonly #tokens = new Map<string, number>();
  #listed: readonly Operation[] | undefined;

  async list(): Promise<readonly Operation[]> {
    this.#listed ??= [...this.#operations.values()];
    return this.#listed;
  }

  async put(operation: Operation, token: number): Promise<void> {
    const { id } = operation;
    const known = this.#tokens.get(id) ?? token;
    if (known > token) throw new FencedError(id, token, known);
    this.#operations.set(id, operation);
    this.#listed = undefined;
    this.#tokens.set(id, token);
    if (hasEnded(operation)) this.#forget(operation.endedAtMs ?? operation.createdAtMs);
  }

  #forget(nowMs: number): void {
    for (const { id } of expiredOperations([...this.#operations.values()], nowMs)) {
      this.#operations.delete(id);
      this.#tokens.delete(id);
    }
  }
}
