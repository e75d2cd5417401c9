import type { InterruptionMessage, Interruptions } from '../ports.ts';

type Answer =
  | { readonly from: Interruptions; readonly messages: readonly InterruptionMessage[] }
  | { readonly from: Interruptions; readonly error: unknown };

/**
 * Several sources as one: `receive` gives what the first of them says and goes on waiting for the others, so that none
 * holds another up. An error of one comes out of one call; what the others said meanwhile comes out of the next.
 */
export class MergedInterruptions implements Interruptions {
  readonly #sources: readonly Interruptions[];
  /** Calls without an answer, or with one that was not returned yet. */
  readonly #calls = new Map<Interruptions, Promise<Answer>>();
  /** Where each message that was given came from. */
  readonly #origins = new Map<string, Interruptions>();

  /** Of answers that are there at the same time, that of the earlier source is given first. */
  constructor(sources: readonly Interruptions[]) {
    this.#sources = sources;
  }

  async receive(signal: AbortSignal): Promise<readonly InterruptionMessage[]> {
    for (const source of this.#sources) {
      if (!this.#calls.has(source)) this.#calls.set(source, answerOf(source, signal));
    }
    const answer = await Promise.race(this.#sources.flatMap((source) => this.#calls.get(source) ?? []));
    this.#calls.delete(answer.from);
    if ('error' in answer) throw answer.error;
    for (const { receipt } of answer.messages) this.#origins.set(receipt, answer.from);
    return answer.messages;
  }

  async acknowledge(receipts: readonly string[], signal: AbortSignal): Promise<void> {
    const bySource = Map.groupBy(receipts, (receipt) => this.#origins.get(receipt));
    for (const receipt of receipts) this.#origins.delete(receipt);
    await Promise.all([...bySource].map(async ([source, ofSource]) => source?.acknowledge(ofSource, signal)));
  }
}

async function answerOf(from: Interruptions, signal: AbortSignal): Promise<Answer> {
  try {
    return { from, messages: await from.receive(signal) };
  } catch (error) {
    return { from, error };
  }
}
