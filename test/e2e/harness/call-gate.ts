import { eventually } from './poll.ts';

const REACH_DEADLINE_MS = 120_000;

/** Stops one kind of call on its way and lets the test go on when it has come that far. */
export interface HeldCall {
  /** Returns when a call has reached the gate; throws when none comes within two minutes. */
  readonly reached: () => Promise<void>;
  /** Lets the held call, and all that follow, pass. */
  readonly release: () => void;
}

/** On which side of what it is for a call is held: before that is done, or when it is done and the answer is on its way. */
export type GatePlace = 'before' | 'after';

interface Gate<Call> extends HeldCall {
  readonly matches: (call: Call) => boolean;
  readonly arrived: () => void;
  readonly opened: Promise<void>;
}

/** The gates of one proxy. */
export class CallGates<Call> {
  readonly #gates = new Set<Gate<Call>>();

  /** Holds every matching call from the `nth` on, until they are released. */
  hold(matches: (call: Call) => boolean, nth = 1): HeldCall {
    let [hasArrived, seen] = [false, 0];
    const opening = Promise.withResolvers<void>();
    const isDue = (call: Call) => {
      if (matches(call)) seen += 1;
      return matches(call) && seen >= nth;
    };
    const gate: Gate<Call> = {
      matches: isDue,
      reached: async () => {
        await eventually('a call to be held', () => hasArrived, {
          deadlineMs: REACH_DEADLINE_MS,
          everyMs: 10,
        });
      },
      arrived: () => {
        hasArrived = true;
      },
      opened: opening.promise,
      release: () => {
        this.#gates.delete(gate);
        opening.resolve();
      },
    };
    this.#gates.add(gate);
    return gate;
  }

  async pass(call: Call): Promise<void> {
    // A copy: gates open and go while calls wait.
    const gates = Array.from(this.#gates);
    for (const gate of gates) {
      if (!gate.matches(call)) continue;
      gate.arrived();
      await gate.opened;
    }
  }

  releaseAll(): void {
    for (const gate of this.#gates) gate.release();
  }
}
