import type { RandomStream } from '../base/random-stream.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';

/** Faults of the simulated APIs that last for a while. */
export type ActiveFault =
  /** The API server does not answer. */
  | 'api-away'
  /** It refuses or loses some answers: 500s, timeouts, conflicts. */
  | 'api-flaky'
  /** Watches are half open: what is seen of the cluster stands still. */
  | 'watch-stale'
  /** Disruption budgets refuse every eviction, though their status allows one. */
  | 'budgets-strict'
  /** EC2 answers RequestLimitExceeded to all. */
  | 'ec2-throttled'
  /** EC2 does what it is asked, and its answer is lost on the way. */
  | 'ec2-lossy'
  /** EC2 answers late. */
  | 'ec2-slow'
  /** EC2's lists lag: new instances are missing, ended ones still run. */
  | 'ec2-lagging'
  /** EC2 lists nothing at all, and says that this is all. */
  | 'ec2-empty'
  /** Machines never join, join late or never become ready, or die while they boot. */
  | 'boots-fail'
  /** The queue of interruptions does not answer. */
  | 'queue-away'
  /** Its messages come late, twice, or not at all. */
  | 'queue-odd';

/** Those of EC2 and the API server. */
const ANSWERS: readonly ActiveFault[] = [
  'api-away',
  'api-flaky',
  'watch-stale',
  'ec2-throttled',
  'ec2-lossy',
  'ec2-slow',
  'ec2-lagging',
  'ec2-empty',
];

/** The faults that are active now, and until when. */
export class ActiveFaults {
  readonly random: RandomStream;
  readonly #clock: VirtualClock;
  readonly #untilMs = new Map<ActiveFault, number>();
  #skew = { ms: 0, atMs: 0 };

  constructor(clock: VirtualClock, random: RandomStream) {
    this.#clock = clock;
    this.random = random;
  }

  /** How far the clocks of the processes are off, in milliseconds. */
  get skewMs(): number {
    return this.#skew.ms;
  }

  /** When they were last set. */
  get skewedAtMs(): number {
    return this.#skew.atMs;
  }

  skew(ms: number): void {
    this.#skew = { ms, atMs: this.#clock.monotonicMs() };
  }

  /** Activates the fault for `ms`; `over` is called at its end, unless it was prolonged. */
  begin(activeFault: ActiveFault, ms: number, over: () => void = () => {}): void {
    const untilMs = Math.max(this.#clock.monotonicMs() + ms, this.#untilMs.get(activeFault) ?? 0);
    this.#untilMs.set(activeFault, untilMs);
    this.#clock.after(untilMs - this.#clock.monotonicMs(), () => {
      if (!this.has(activeFault)) over();
    });
  }

  has(activeFault: ActiveFault): boolean {
    return (this.#untilMs.get(activeFault) ?? 0) > this.#clock.monotonicMs();
  }

  /** Whether EC2 or the API server does not answer as it should. */
  get affectsAnswers(): boolean {
    return ANSWERS.some((activeFault) => this.has(activeFault));
  }
}
