import type { Interruption } from '../../src/model/interruption.ts';
import type { InterruptionMessage, Interruptions } from '../../src/ports.ts';

/** A queue in memory: each receive takes one turn, waits while there is none, and messages come again until acknowledged. */
export class ScriptedInterruptions implements Interruptions {
  readonly acknowledged: string[] = [];
  readonly #scripted: (readonly InterruptionMessage[] | Error)[] = [];
  #arrived: (() => void) | undefined;
  /** While set, nothing can be deleted. */
  refusal: Error | undefined;
  receives = 0;

  push(...scripted: (readonly InterruptionMessage[] | Error)[]): void {
    this.#scripted.push(...scripted);
    this.#arrived?.();
  }

  async receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]> {
    this.receives += 1;
    while (this.#scripted.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const answer = this.#scripted.shift() ?? [];
    if (answer instanceof Error) throw answer;
    return answer;
  }

  async acknowledge(receipts: readonly string[]): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    this.acknowledged.push(...receipts);
  }
}

export function aMessage(id: string, ...interruptions: readonly Interruption[]): InterruptionMessage {
  return { id, receipt: `receipt-${id}`, interruptions };
}
