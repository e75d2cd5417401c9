import type { Interruption } from '../../src/model/interruption.ts';
import type { InterruptionMessage, Interruptions } from '../../src/ports.ts';

/** A queue in memory: each receive takes one turn, waits while there is none, and messages come again until acknowledged. */
export class ScriptedInterruptions implements Interruptions {
  readonly acknowledged: string[] = [];
  readonly #turns: (readonly InterruptionMessage[] | Error)[] = [];
  #arrived: (() => void) | undefined;
  /** While set, nothing can be deleted. */
  refusal: Error | undefined;
  receives = 0;

  push(...turns: (readonly InterruptionMessage[] | Error)[]): void {
    this.#turns.push(...turns);
    this.#arrived?.();
  }

  async receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]> {
    this.receives += 1;
    while (this.#turns.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const turn = this.#turns.shift() ?? [];
    if (turn instanceof Error) throw turn;
    return turn;
  }

  async acknowledge(receipts: readonly string[]): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    this.acknowledged.push(...receipts);
  }
}

export function aMessage(id: string, ...interruptions: readonly Interruption[]): InterruptionMessage {
  return { id, receipt: `receipt-${id}`, interruptions };
}
