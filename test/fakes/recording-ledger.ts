import { MemoryLedger } from '../../src/adapters/memory/memory-ledger.ts';
import type { Operation } from '../../src/model/operation.ts';
import { type Ledger, PortError } from '../../src/ports.ts';

/** A ledger that records each step written, and fails as often as it is told to. */
export class RecordingLedger implements Ledger {
  readonly #ledger = new MemoryLedger();
  readonly #log: string[];
  /** `lostAnswers`: writes that happen, and nobody hears of it. */
  readonly failures = { list: 0, put: 0, lostAnswers: 0 };

  constructor(log: string[]) {
    this.#log = log;
  }

  list(): Promise<readonly Operation[]> {
    this.#failIfScripted('list');
    return this.#ledger.list();
  }

  async put(operation: Operation, token = 0): Promise<void> {
    this.#failIfScripted('put');
    this.#log.push(`put ${operation.step}`);
    await this.#ledger.put(operation, token);
    this.#failIfScripted('lostAnswers');
  }

  #failIfScripted(call: keyof RecordingLedger['failures']): void {
    if (this.failures[call] === 0) return;
    this.failures[call] -= 1;
    throw new PortError('the ledger is away', { retry: 'transient', code: 'ledger-away' });
  }
}
