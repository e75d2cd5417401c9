import { eventually } from './poll.ts';

const REACH_DEADLINE_MS = 120_000;

/** Stops one kind of call on its way and lets the test go on when it has come that far. */
export interface HeldCall {
  /** Returns when a call has reached the gate; throws when none comes within two minutes. */
  readonly reached: () => Promise<void>;
  /** Lets the held call, and all that follow, pass. */
  readonly release: () => void;
}

interface Gate<Call> extends HeldCall {
  readonly matches: (call: Call) => boolean;
  readonly arrived: () => void;
  readonly opened: Promise<void>;
}

/** The gates of one proxy. */
export class CallGates<Call> {
  readonly #gates = new Set<Gate<Call>>();

  /** Holds every matching call from now on, until it is released. */
  hold(matches: (call: Call) => boolean): HeldCall {
    let hasArrived = false;
    const opening = Promise.withResolvers<void>();
    const gate: Gate<Call> = {
      matches,
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
