import { hasEnded, type Operation } from '../../model/operation.ts';
import type { Ledger } from '../../ports.ts';

/** How long ended operations are kept, and how many at most: cooldowns and rests look back hours, never days. */
const RETENTION_MS = 24 * 3_600_000;
const MOST_ENDED = 1_000;

/** A ledger in this process's memory: what a restart loses is found again in EC2's tags and on the nodes. */
export class MemoryLedger implements Ledger {
  readonly #operations = new Map<string, Operation>();

  async list(): Promise<readonly Operation[]> {
    return [...this.#operations.values()];
  }

  async put(operation: Operation): Promise<void> {
    this.#operations.set(operation.id, operation);
    if (hasEnded(operation)) this.#forget(operation.endedAtMs ?? operation.createdAtMs);
  }

  #forget(nowMs: number): void {
    const ended = [...this.#operations.values()].filter(hasEnded);
    const old = ended.filter(
      (o, i) => i < ended.length - MOST_ENDED || nowMs - (o.endedAtMs ?? o.createdAtMs) > RETENTION_MS,
    );
    for (const operation of old) this.#operations.delete(operation.id);
  }
}
