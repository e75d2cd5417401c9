import type { Chance } from '../base/chance.ts';
import type { VirtualClock } from '../base/virtual-clock.ts';

/** What can be wrong with the world's answers for a while. */
export type Trouble =
  /** The API server does not answer. */
  | 'api-away'
  /** It refuses or loses some answers: 500s, timeouts, conflicts. */
  | 'api-flaky'
  /** Watches are half open: what is seen of the cluster stands still. */
  | 'watch-stale'
  /** Budgets forbid every eviction, though their status says otherwise. */
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
const ANSWERS: readonly Trouble[] = [
  'api-away',
  'api-flaky',
  'watch-stale',
  'ec2-throttled',
  'ec2-lossy',
  'ec2-slow',
  'ec2-lagging',
  'ec2-empty',
];

/** What is wrong now, and until when. */
export class Troubles {
  readonly chance: Chance;
  readonly #clock: VirtualClock;
  readonly #untilMs = new Map<Trouble, number>();
  #skew = { ms: 0, atMs: 0 };

  constructor(clock: VirtualClock, chance: Chance) {
    this.#clock = clock;
    this.chance = chance;
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

  /** From now for so long; `over` is called when it ends, unless it was prolonged. */
  begin(trouble: Trouble, ms: number, over: () => void = () => {}): void {
    const untilMs = Math.max(this.#clock.monotonicMs() + ms, this.#untilMs.get(trouble) ?? 0);
    this.#untilMs.set(trouble, untilMs);
    this.#clock.after(untilMs - this.#clock.monotonicMs(), () => {
      if (!this.has(trouble)) over();
    });
  }

  has(trouble: Trouble): boolean {
    return (this.#untilMs.get(trouble) ?? 0) > this.#clock.monotonicMs();
  }

  /** Whether EC2 or the API server does not answer as it should. */
  get areOfAnswers(): boolean {
    return ANSWERS.some((trouble) => this.has(trouble));
  }
}
