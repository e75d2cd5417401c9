import type { RandomStream } from '../base/random-stream.ts';
import type { LoadTrace } from '../load/load-trace.ts';
import { LOAD_MILLIS_PER_NODE } from './sample-workloads.ts';

/** How far demand deviates from the trace between two scrapes. */
const UNEVEN_SHARE = 0.03;

export interface UserDemandOptions {
  readonly trace: LoadTrace;
  readonly clock: { monotonicMs(): number };
  readonly random: RandomStream;
  /** How many t3.small the trace's peak needs. */
  readonly peakNodes: number;
  /** Where in the trace the world begins. */
  readonly traceOffsetMs: number;
}

/** The users' demand for CPU: the trace, scaled so that its peak fills `peakNodes` nodes, a little uneven. */
export class UserDemand {
  readonly #options: UserDemandOptions;
  #factor = 1;
  #heldMillis: number | undefined;

  constructor(options: UserDemandOptions) {
    this.#options = options;
  }

  get factor(): number {
    return this.#factor;
  }

  /** Multiplies the demand from now on. */
  multiplyBy(factor: number): void {
    this.#factor = factor;
  }

  /** From now on the users ask for this much, whatever the trace says. */
  holdAt(millis: number): void {
    this.#factor = 1;
    this.#heldMillis = millis;
  }

  /** Millicores asked for now; uneven anew with each call. */
  millis(): number {
    if (this.#heldMillis !== undefined) return this.#heldMillis;
    const { trace, clock, random, peakNodes, traceOffsetMs } = this.#options;
    const millisPerUnit = (peakNodes * LOAD_MILLIS_PER_NODE) / trace.peak;
    const unevenness = random.between(1 - UNEVEN_SHARE, 1 + UNEVEN_SHARE);
    return trace.at(traceOffsetMs + clock.monotonicMs()) * millisPerUnit * this.#factor * unevenness;
  }
}
